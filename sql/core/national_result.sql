-- One row per key stage and academic year: what the rules compare a school with, over every school in the published file (special schools
-- and, at key stage 4, independent ones too). attainment: the pupils' average, as the performance tables print it for England. medians: of
-- schools, for the expected progress of 2014 and 2015 (the coasting standard compares with the middle school).
select
    'ks2' as stage,
    year,
    sum(rwm_expected_percent * pupils) / nullif(sum(pupils) filter (where rwm_expected_percent is not null), 0) as attainment,
    cast(null as double) as median_english_progress_percent,
    median(reading_expected_progress_percent) as median_reading_progress_percent,
    median(writing_expected_progress_percent) as median_writing_progress_percent,
    median(maths_expected_progress_percent) as median_maths_progress_percent
from core.ks2_published
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
group by year
