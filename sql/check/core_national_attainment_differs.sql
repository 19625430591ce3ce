-- on: core.national_result
-- what: England's attainment in a year, worked out another way (each pupil's school counts once, among schools whose result is published), differs.
-- why: Schools are held against it; a suppressed result that counts as zero, or whose pupils count, lowers it for the whole country.
-- do: Look at sql/core/national_result.sql: the pupils of a school without a published result are in neither part of the average.
with results as (
    select
        'ks2' as stage,
        year,
        rwm_expected_percent as result,
        pupils
    from core.ks2_published
    union all
    select
        'ks4' as stage,
        year,
        attainment8 as result,
        pupils
    from raw.ks4_result
),

weighed as (
    select
        stage,
        year,
        sum(result * pupils) / sum(pupils) as attainment
    from results
    where result is not null and pupils > 0
    group by stage, year
)

select
    coalesce(national.stage, weighed.stage) as stage,
    coalesce(national.year, weighed.year) as year,
    national.attainment,
    weighed.attainment as recomputed
from core.national_result as national
full join weighed on weighed.stage = national.stage and weighed.year = national.year
where
    (national.attainment is null) <> (weighed.attainment is null)
    -- a billionth of a point for the order of adding up
    or abs(national.attainment - weighed.attainment) > 1e-9
