-- on: core.school
-- what: Results of a year have little to do with the schools that they stand beside: they are hardly like those of the same schools in the year
-- before (a correlation below 0.3), hardly lower where more pupils have free meals (above -0.2 at key stage 2, above -0.3 at key stage 4), or of
-- hardly more pupils where a school has more (below 0.5).
-- why: Numbers of schools, or results, that have moved by a row or were sorted apart from the others give every school the results of another.
-- do: Compare a few rows with the publisher's file, free meals (PercentageFSM) in GIAS too; fetch it again. If it is right, allow it once:
-- schoolmatch refresh --accept-changes.
with result as (
    select
        'key stage 2, expected standard' as measure,
        urn,
        year,
        rwm_expected_percent as value,
        -0.2 as highest
    from raw.ks2_result
    union all
    select
        'key stage 4, Attainment 8' as measure,
        urn,
        year,
        attainment8 as value,
        -0.3 as highest
    from raw.ks4_result
    union all
    select
        'key stage 4, Progress 8' as measure,
        urn,
        year,
        progress8 as value,
        -0.3 as highest
    from raw.ks4_result
),

in_year as (
    select
        'key stage 2, pupils' as measure,
        urn,
        year,
        pupils
    from raw.ks2_result
    union all
    select
        'key stage 4, pupils' as measure,
        urn,
        year,
        pupils
    from raw.ks4_result
),

held as (
    select
        result.measure,
        result.year,
        'the year before' as beside,
        count(*) as schools,
        coalesce(corr(result.value, earlier.value), 0) as correlation,
        correlation < 0.3 as is_unlike
    from result
    inner join result as earlier on earlier.urn = result.urn and earlier.measure = result.measure and earlier.year = result.year - 1
    where result.value is not null and earlier.value is not null
    group by result.measure, result.year
    having count(*) >= 100
    union all
    select
        result.measure,
        result.year,
        'free meals' as beside,
        count(*) as schools,
        coalesce(corr(result.value, school.fsm_percent), 0) as correlation,
        correlation > result.highest as is_unlike
    from result
    inner join core.school as school on school.urn = result.urn
    where result.value is not null and school.fsm_percent is not null
    group by result.measure, result.year, result.highest
    -- beside more than half of England's authorities; in some parts of the country it is less
    having count(*) >= 1000 and count(distinct school.la_code) > 75
    union all
    select
        result.measure,
        result.year,
        'pupils of the school' as beside,
        count(*) as schools,
        coalesce(corr(result.pupils, school.pupils), 0) as correlation,
        correlation < 0.5 as is_unlike
    from in_year as result
    inner join core.school as school on school.urn = result.urn
    where result.pupils is not null and school.pupils is not null
    group by result.measure, result.year
    having count(*) >= 100
)

select
    measure,
    year,
    beside,
    schools,
    round(correlation, 2) as correlation
from held
-- in the files of 2016, and 2023 to 2025: 0.60 and 0.61 with the year before, and 0.06 where each school has the results of the row above; with free
-- meals -0.28 to -0.45 at key stage 2, and -0.01 to -0.17 so; at key stage 4 -0.44 to -0.67, and -0.11 to -0.28; pupils 0.76 to 0.92 (in no region
-- below 0.66), and 0.18 to 0.40
where is_unlike and not (select run.accepts_changes from landing.run as run)
