-- One row per definition and reason code of mart.school_status, with the sentence it stands for. Of a code that says why a rule could not be
-- applied, rules lists the codes of those rules.
select
    definition,
    code,
    kind,
    evidence,
    sentence,
    phases,
    rules,
    facts,
    parameters,
    case when kind in ('not_assessed', 'excluded') then leaves_open end as leaves_open,
    bounded_by
from definition.reason
order by definition, place
