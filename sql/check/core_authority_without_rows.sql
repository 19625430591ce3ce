-- on: core.school
-- what: Of an authority with ten schools or more hardly one has a row in a file of which most other schools have one: Ofsted's newest release, or
-- the results of a year.
-- why: An authority whose rows were lost is a thousandth of a file, and all of its schools look as if they had never been judged.
-- do: Compare the rows of the authority with the publisher's file; fetch it again. If it is right, allow it once: schoolmatch refresh
-- --accept-changes.
with years as (
    select distinct
        'key stage 2' as file,
        'primary' as phase,
        year
    from raw.ks2_result
    union all
    select distinct
        'key stage 4' as file,
        'secondary' as phase,
        year
    from raw.ks4_result
),

-- both in one, so that they are looked up by equals alone: a condition on the left of a left join compares every row with every other
result as (
    select
        'primary' as phase,
        urn,
        year
    from core.ks2_result
    union all
    select
        'secondary' as phase,
        urn,
        year
    from core.ks4_result
),

expected as (
    select
        'Ofsted' as file,
        cast(null as integer) as year,
        school.la_code,
        school.la_name,
        listed.urn is not null as has_row
    from core.school as school
    left join core.ofsted_listed as listed on listed.urn = school.urn
    where school.phase in ('primary', 'secondary')
    union all
    select
        years.file,
        years.year,
        school.la_code,
        school.la_name,
        result.urn is not null as has_row
    from years
    inner join core.school as school
        on
            school.phase = years.phase
            and school.high_age >= if(years.phase = 'primary', 11, 16)
            and school.low_age < if(years.phase = 'primary', 10, 15)
            and (school.open_date is null or school.open_date < make_date(years.year - 1, 9, 1))
    left join result on result.phase = years.phase and result.urn = school.urn and result.year = years.year
),

authority as (
    select
        file,
        year,
        la_code,
        la_name,
        count(*) as schools,
        count(*) filter (where has_row) as with_row,
        -- the results of a few schools beside many are a trial: sql/check/core_results_of_too_few.sql
        sum(count(*) filter (where has_row)) over whole > 0.5 * sum(count(*)) over whole as is_whole
    from expected
    group by file, year, la_code, la_name
    window whole as (partition by file, year)
)

select
    file,
    year,
    la_code,
    la_name,
    schools,
    with_row
from authority
-- in the files of 2016 to 2025 it is three in ten at least (Bedford in 2016, where schools did not take the tests)
where is_whole and schools >= 10 and with_row < 0.1 * schools and not (select run.accepts_changes from landing.run as run)
