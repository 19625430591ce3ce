-- on: core.school
-- what: Over the country the results of a year are not of the size that they always have: their median, their spread (standard deviation), or how
-- many of a school's pupils are in the year.
-- why: A column that was divided, multiplied or turned round, or the column of something else, looks like results: each of its values could be a
-- school's.
-- do: Compare the column with the publisher's file and its national figure; fetch it again. If it is right, allow it once:
-- schoolmatch refresh --accept-changes.
with result as (
    select
        'key stage 2, expected standard' as measure,
        urn,
        year,
        rwm_expected_percent as value
    from raw.ks2_result
    union all
    select
        'key stage 4, Attainment 8' as measure,
        urn,
        year,
        attainment8 as value
    from raw.ks4_result
    union all
    select
        'key stage 4, Progress 8' as measure,
        urn,
        year,
        progress8 as value
    from raw.ks4_result
    union all
    select
        'key stage 2, share of the pupils' as measure,
        result.urn,
        result.year,
        result.pupils / nullif(school.pupils, 0) as value
    from raw.ks2_result as result
    inner join core.school as school on school.urn = result.urn
    union all
    select
        'key stage 4, share of the pupils' as measure,
        result.urn,
        result.year,
        result.pupils / nullif(school.pupils, 0) as value
    from raw.ks4_result as result
    inner join core.school as school on school.urn = result.urn
),

-- in the files of 2016 and 2023 to 2025: medians 54 to 64, 46 and 49, -0.05 and 0, 0.13 and 0.14, 0.16 and 0.17; spreads 15 to 20, 9 and 17, 0.5 and
-- 0.7
usual (measure, lowest, highest, narrowest, widest) as (
    values
    ('key stage 2, expected standard', 40, 80, 10, 25),
    ('key stage 4, Attainment 8', 35, 60, 6, 22),
    ('key stage 4, Progress 8', -0.25, 0.25, 0.3, 1),
    ('key stage 2, share of the pupils', 0.08, 0.3, 0, null),
    ('key stage 4, share of the pupils', 0.08, 0.3, 0, null)
),

held as (
    select
        result.measure,
        result.year,
        count(*) as schools,
        median(result.value) as median,
        stddev(result.value) as spread
    from result
    inner join core.school as school on school.urn = result.urn
    where result.value is not null
    group by result.measure, result.year
    -- over more than half of England's authorities
    having count(*) >= 1000 and count(distinct school.la_code) > 75
)

select
    held.measure,
    held.year,
    held.schools,
    round(held.median, 2) as median,
    round(held.spread, 2) as spread
from held
inner join usual on usual.measure = held.measure
where
    not (select run.accepts_changes from landing.run as run)
    and (
        held.median not between usual.lowest and usual.highest
        or held.spread not between usual.narrowest and coalesce(usual.widest, held.spread)
    )
