-- One row per definition and phase: how many schools would be in need, and are not now, if a rule that could not be applied to them
-- (coasting_years_not_known) were a yes.
select
    definition,
    phase,
    count(*) filter (
        where list_contains(not_assessed, 'coasting_years_not_known') and len(in_need_reasons) = 0 and excluded_from_need is null
    ) as added
from definition.outcome
group by definition, phase
