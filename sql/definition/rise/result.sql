-- One row per primary and secondary school: the result by which its phase is ranked, and the interval in which it lies. One measure for all
-- schools, never a mixture: at key stage 2 the share of pupils at the expected standard; at key stage 4 Progress 8 where the latest year with results
-- has it, else Attainment 8. It is that of the latest year, or (high_results_years) of that year and those before it that have the measure, of the
-- five years up to it: the mean of the years that the school has, by pupils, or plain where the pupils of one of them are not known. A year that is
-- missing or suppressed is left out, never a zero; without a result of the latest year there is none (docs/method/rise.md#several-years).
-- lower, upper: at key stage 2 Wilson's interval; of Progress 8 as published, of several years by the sum of squares, as the years are of different
-- pupils; null where the pupils or an interval of one year are not known, and of Attainment 8 (docs/method/rise.md#the-interval).
with stage as (
    select
        stage,
        attainment_year as latest_year,
        case
            when stage = 'ks2' then 'percent at the expected standard in reading, writing and maths'
            when progress_year = attainment_year then 'Progress 8'
            else 'Attainment 8'
        end as measure
    from core.results_year
),

result as (
    select
        'ks2' as stage,
        urn,
        year,
        pupils,
        rwm_expected_percent as value,
        rwm_expected_percent_missing as missing,
        cast(null as double) as lower,
        cast(null as double) as upper
    from core.ks2_result
    union all
    select
        stage.stage,
        ks4.urn,
        ks4.year,
        ks4.pupils,
        if(stage.measure = 'Progress 8', ks4.progress8, ks4.attainment8) as value,
        if(stage.measure = 'Progress 8', ks4.progress8_missing, ks4.attainment8_missing) as missing,
        if(stage.measure = 'Progress 8', ks4.progress8_lower, null) as lower,
        if(stage.measure = 'Progress 8', ks4.progress8_upper, null) as upper
    from core.ks4_result as ks4
    inner join stage on stage.stage = 'ks4'
),

-- the years that are read: those in which any school has the measure, so that no year of the pandemic is one
with_measure as (
    select distinct
        stage,
        year
    from result
    where value is not null
),

year_read as (
    select
        with_measure.stage,
        with_measure.year
    from with_measure
    inner join stage
        on stage.stage = with_measure.stage and with_measure.year > stage.latest_year - 5 and with_measure.year <= stage.latest_year
    cross join definition.rise_parameter as parameter
    qualify row_number() over (partition by with_measure.stage order by with_measure.year desc) <= parameter.high_results_years
),

held as (
    select
        result.stage,
        result.urn,
        result.year,
        result.value,
        result.pupils,
        result.lower,
        result.upper,
        -- the part of the school's pupils that is of the year
        case
            when count(result.pupils) over school = count(*) over school
                then result.pupils / nullif(sum(result.pupils) over school, 0)
            else 1 / count(*) over school
        end as part,
        bool_or(result.year = stage.latest_year) over school as has_latest
    from result
    inner join year_read on year_read.stage = result.stage and year_read.year = result.year
    inner join stage on stage.stage = result.stage
    where result.value is not null
    window school as (partition by result.stage, result.urn)
),

-- of one year everything is as published; a sum of parts is rounded, so that equals stay equal in whatever order it is added up
pooled as (
    select
        stage,
        urn,
        list(year order by year) as years,
        case when count(*) = 1 then any_value(value) else round(sum(part * value), 6) end as value,
        case when count(pupils) = count(*) then cast(sum(pupils) as bigint) end as pupils,
        case
            when count(*) = 1 then any_value(lower)
            when count(lower) = count(*) then round(sum(part * value) - sqrt(sum(pow(part * (value - lower), 2))), 6)
        end as lower,
        case
            when count(*) = 1 then any_value(upper)
            when count(upper) = count(*) then round(sum(part * value) + sqrt(sum(pow(part * (upper - value), 2))), 6)
        end as upper
    from held
    where has_latest
    group by stage, urn
)

select
    school.urn,
    school.phase,
    stage.measure,
    latest.year,
    case when latest.urn is null then 'no_row' else latest.missing end as missing,
    pooled.years,
    pooled.pupils,
    pooled.value,
    if(stage.stage = 'ks2', wilson_lower(pooled.value, pooled.pupils), pooled.lower) as lower,
    if(stage.stage = 'ks2', wilson_upper(pooled.value, pooled.pupils), pooled.upper) as upper
from core.school as school
inner join stage on stage.stage = case school.phase when 'primary' then 'ks2' when 'secondary' then 'ks4' end
left join result as latest on latest.stage = stage.stage and latest.urn = school.urn and latest.year = stage.latest_year
left join pooled on pooled.stage = latest.stage and pooled.urn = latest.urn
