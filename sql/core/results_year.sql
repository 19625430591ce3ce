-- One row per key stage: the latest year in which a measure was published. A year that lacks the measure (progress in 2024, say) is passed over.
-- both_year is the latest that has attainment and progress, for rules that take the two together.
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
