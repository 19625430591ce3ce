-- One row per definition and phase: schools below the floor (below_floor_ks4) whose Progress 8 has no interval, and of these those in need for
-- no other reason.
select
    status.definition,
    status.phase,
    count(*) as below,
    count(*) filter (where status.status = 'in_need' and len(outcome.in_need_reasons) = 1) as in_need_by_this_alone
from match.school_status as status
inner join definition.outcome as outcome on outcome.definition = status.definition and outcome.urn = status.urn
inner join core.results_year as years on years.stage = 'ks4'
inner join core.ks4_result as result on result.urn = status.urn and result.year = years.both_year
where
    list_contains(outcome.in_need_reasons, 'below_floor_ks4')
    and result.progress8_upper is null
group by status.definition, status.phase
