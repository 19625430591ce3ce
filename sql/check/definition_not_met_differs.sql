-- on: definition.outcome
-- what: A definition says of a rule that it does not hold, and finds that it does, or has no such rule.
-- why: A rule that is said not to hold is open no more, so its school would count as decided.
-- do: Mend not_met in the definition's SQL.
with settled as (
    select
        definition,
        urn,
        list_concat(in_need_reasons, high_performing_reasons) as met,
        unnest(not_met) as code
    from definition.outcome
)

select
    settled.definition,
    settled.code,
    rule.code is not null as is_rule,
    count(*) as schools
from settled
left join definition.reason as rule
    on rule.definition = settled.definition and rule.code = settled.code and rule.kind in ('in_need', 'high_performing')
where rule.code is null or list_contains(settled.met, settled.code)
group by settled.definition, settled.code, rule.code
