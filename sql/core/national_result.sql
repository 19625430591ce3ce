-- One row per key stage and academic year: what the rules compare a school with. attainment: the average of the pupils of England's state-funded
-- schools. Where the file has a row of them, it is as published there (attainment_source: published; in whole percent at key stage 2). A file
-- without such a row gives the mean of the pupils of its schools (mean of schools). A school that GIAS lists under a type that is not state-funded,
-- as independent ones are at key stage 4, is not in it; one that GIAS does not list, as it has closed since, is; a suppressed result and its pupils
-- are in neither part. medians: of schools, these same, for the expected progress of 2014 and 2015 (the coasting standard compares with the middle
-- school, which no row of the file tells).
with not_state_funded as (
    select urn
    from core.establishment
    where not is_state_funded
),

mean as (
    select
        'ks2' as stage,
        year,
        sum(rwm_expected_percent * pupils) / nullif(sum(pupils) filter (where rwm_expected_percent is not null), 0) as attainment,
        cast(null as double) as median_english_progress_percent,
        median(reading_expected_progress_percent) as median_reading_progress_percent,
        median(writing_expected_progress_percent) as median_writing_progress_percent,
        median(maths_expected_progress_percent) as median_maths_progress_percent
    from core.ks2_published
    where urn not in (select other.urn from not_state_funded as other)
    group by year
    union all
    select
        'ks4' as stage,
        year,
        sum(attainment8 * pupils) / nullif(sum(pupils) filter (where attainment8 is not null), 0) as attainment,
        median(english_expected_progress_percent) as median_english_progress_percent,
        cast(null as double) as median_reading_progress_percent,
        cast(null as double) as median_writing_progress_percent,
        median(maths_expected_progress_percent) as median_maths_progress_percent
    from raw.ks4_result
    where urn not in (select other.urn from not_state_funded as other)
    group by year
),

-- files of single authorities, landed together, each have the same row of England
published as (
    select
        'ks2' as stage,
        year,
        max(rwm_expected_percent) as attainment
    from raw.ks2_national
    group by year
    union all
    select
        'ks4' as stage,
        year,
        max(attainment8) as attainment
    from raw.ks4_national
    group by year
)

select
    mean.stage,
    mean.year,
    coalesce(published.attainment, mean.attainment) as attainment,
    case
        when published.attainment is not null then 'published'
        when mean.attainment is not null then 'mean of schools'
    end as attainment_source,
    mean.median_english_progress_percent,
    mean.median_reading_progress_percent,
    mean.median_writing_progress_percent,
    mean.median_maths_progress_percent
from mean
left join published on published.stage = mean.stage and published.year = mean.year
