-- One row per definition and phase: good schools, of how many the leadership is not known, and of those with high results how many have outstanding
-- leadership, or leadership that is not known. Asked in a trial in which no judgement of leadership is known, so that results alone decide and say
-- which are high (good_with_high_results_leadership_not_known); the trial gives core.school the column leadership_held, the judgement that is held.
with good as (
    select
        outcome.definition,
        outcome.phase,
        school.leadership_held,
        list_contains(outcome.high_performing_reasons, 'good_with_high_results_leadership_not_known') as has_high_results
    from definition.outcome as outcome
    inner join core.school as school on school.urn = outcome.urn
    where school.ofsted_grade = 2
)

select
    definition,
    phase,
    count(*) as good,
    count(*) filter (where leadership_held is null) as not_known,
    count(*) filter (where has_high_results and leadership_held is not null) as high_known,
    count(*) filter (where has_high_results and leadership_held = 1) as high_outstanding,
    count(*) filter (where has_high_results and leadership_held is null) as high_not_known
from good
group by definition, phase
