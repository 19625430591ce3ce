-- One row per key stage: the years the rules read. A measure that was not published in a year (progress in 2024, say) does not make that
-- year the latest one for it; attainment and progress that a rule takes together are of one year.
select
    'ks2' as stage,
    max(year) filter (where rwm_expected_percent is not null) as attainment_year,
    max(year) filter (where reading_progress is not null) as progress_year,
    max(year) filter (where rwm_expected_percent is not null and reading_progress is not null) as both_year
from raw.ks2_result
union all
select
    'ks4' as stage,
    max(year) filter (where attainment8 is not null) as attainment_year,
    max(year) filter (where progress8 is not null) as progress_year,
    max(year) filter (where attainment8 is not null and progress8 is not null) as both_year
from raw.ks4_result
