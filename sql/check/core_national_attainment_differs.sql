-- on: core.national_result
-- what: England's attainment in a year differs from the published one; or, where none is published, from the average worked out another way (each
-- pupil's school counts once, among schools whose result is published and which GIAS does not list under a type that is not state-funded).
-- why: Schools are held against it; a suppressed result that counts as zero, or whose pupils count, or an independent school moves it for all.
-- do: Look at sql/core/national_result.sql: the pupils of a school without a published result are in neither part of the average.
with results as (
    select
        'ks2' as stage,
        year,
        urn,
        rwm_expected_percent as result,
        pupils
    from core.ks2_published
    union all
    select
        'ks4' as stage,
        year,
        urn,
        attainment8 as result,
        pupils
    from raw.ks4_result
),

weighed as (
    select
        results.stage,
        results.year,
        sum(results.result * results.pupils) / sum(results.pupils) as attainment
    from results
    left join core.establishment as establishment on establishment.urn = results.urn
    where results.result is not null and results.pupils > 0 and establishment.is_state_funded is distinct from false
    group by results.stage, results.year
),

told as (
    select distinct
        'ks2' as stage,
        year,
        rwm_expected_percent as attainment
    from raw.ks2_national
    where rwm_expected_percent is not null
    union all
    select distinct
        'ks4' as stage,
        year,
        attainment8 as attainment
    from raw.ks4_national
    where attainment8 is not null
),

expected as (
    select
        stage,
        year,
        attainment,
        'published' as attainment_source
    from told
    union all
    select
        weighed.stage,
        weighed.year,
        weighed.attainment,
        'mean of schools' as attainment_source
    from weighed
    anti join told on told.stage = weighed.stage and told.year = weighed.year
)

select
    coalesce(national.stage, expected.stage) as stage,
    coalesce(national.year, expected.year) as year,
    national.attainment,
    national.attainment_source,
    expected.attainment as recomputed,
    expected.attainment_source as recomputed_source
from core.national_result as national
full join expected on expected.stage = national.stage and expected.year = national.year
where
    (national.attainment is null) <> (expected.attainment is null)
    -- a billionth of a point for the order of adding up
    or abs(national.attainment - expected.attainment) > 1e-9
    or national.attainment_source is distinct from expected.attainment_source
