-- on: core.school
-- what: Of a year of results a measure is not told as it always is: at key stage 2 one in five schools or more has no attainment, or of thousands
-- none is suppressed; at key stage 4 two in five have no Attainment 8; of many a number is blank, where a publisher writes a code; more pupils
-- reach the higher standard than the expected one, a score has no interval or is outside it, Attainment 8 is 0, or a result is told of fewer than six
-- pupils.
-- why: A column that is emptied, in whole or in part, makes the year before count, or a school look as if it had no result; a code that became 0 is a
-- school without a pupil at the expected standard.
-- do: Compare the column with the publisher's file; fetch it again. If it is right, allow it once: schoolmatch refresh --accept-changes.
with result as (
    select
        'key stage 2, expected standard' as measure,
        year,
        rwm_expected_percent as value,
        rwm_expected_percent_missing as missing,
        rwm_higher_percent > rwm_expected_percent or rwm_expected_percent is not null and pupils < 6 as contradicts,
        0.2 as most_without
    from raw.ks2_result
    union all
    select
        'key stage 4, Attainment 8' as measure,
        year,
        attainment8 as value,
        attainment8_missing as missing,
        attainment8 is not null and pupils < 6 or attainment8 = 0 as contradicts,
        0.4 as most_without
    from raw.ks4_result
    union all
    -- of some years there is no progress at all, by a code
    select
        'key stage 4, Progress 8' as measure,
        year,
        progress8 as value,
        progress8_missing as missing,
        progress8 < progress8_lower
        or progress8 > progress8_upper
        or progress8_lower >= progress8_upper
        or progress8 is not null and (pupils < 6 or progress8_lower is null and bool_or(progress8_lower is not null) over (partition by year))
            as contradicts,
        1 as most_without
    from raw.ks4_result
)

select
    measure,
    year,
    count(*) as schools,
    count(*) filter (where value is null) as without,
    count(*) filter (where missing = 'not_recorded') as blank,
    count(*) filter (where missing = 'suppressed') as suppressed,
    count(*) filter (where contradicts) as contradictions
from result
where missing is distinct from 'not_in_this_file' and not (select run.accepts_changes from landing.run as run)
group by measure, year, most_without
-- in the files of 2016 to 2025 at key stage 2 1.8 to 6.4 in a hundred have none, and 272 to 1,030 are suppressed; at key stage 4 8 to 16.5; nothing
-- contradicts itself, but four of the 4,456 schools of 2016 have an Attainment 8 of 0: what fewer than six pupils achieve is suppressed
having
    count(*) filter (where value is null) > greatest(most_without * count(*), 20)
    or count(*) filter (where missing = 'not_recorded') > greatest(0.1 * count(*), 20)
    or count(*) filter (where contradicts) > 5
    or starts_with(measure, 'key stage 2') and count(*) > 5000 and count(*) filter (where missing = 'suppressed') = 0
