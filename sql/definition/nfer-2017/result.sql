-- One row per key stage, academic year and URN of the performance tables, whoever the results belong to today: attainment, progress, and what
-- the floor standard and the coasting standard of that year say of them. Both key stages in one shape: progress is Progress 8, or the mean of the
-- three subjects. is_firm: a standard can be held against the result. At key stage 2 that asks for a cohort that is large enough; at key
-- stage 4 for an upper bound of Progress 8 below zero, and where no bound is published, for such a cohort. The coasting measures of 2014 and 2015
-- ask for it at key stage 2 only. A condition is null where it cannot be told; but a result that is not firm is under no limit, even where it is
-- suppressed (docs/method/unknown.md#where-an-unknown-fact-still-decides). Whether a year had these standards: definition.nfer_2017_year.
-- Sources: DfE (2016), floor standards; the Coasting Schools (England) Regulations 2017 (nfer-2017.toml).
select
    'ks2' as stage,
    ks2.urn,
    ks2.year,
    ks2.pupils,
    ks2.rwm_expected_percent as attainment,
    ks2.rwm_expected_percent_missing as attainment_missing,
    (ks2.reading_progress + ks2.writing_progress + ks2.maths_progress) / 3 as progress,
    coalesce(ks2.reading_progress_missing, ks2.writing_progress_missing, ks2.maths_progress_missing) as progress_missing,
    ks2.reading_progress,
    ks2.writing_progress,
    ks2.maths_progress,
    cast(null as double) as progress8_upper,
    ks2.pupils >= parameter.smallest_cohort as is_firm,
    ks2.rwm_expected_percent < parameter.floor_ks2_rwm_expected_percent
    and (
        ks2.reading_progress < parameter.floor_ks2_reading_progress
        or ks2.writing_progress < parameter.floor_ks2_writing_progress
        or ks2.maths_progress < parameter.floor_ks2_maths_progress
    )
    and is_firm as is_below_floor,
    is_firm and case
        when ks2.year < parameter.floor_first_year
            then
                ks2.level4_rwm_percent < parameter.coasting_ks2_level4_percent
                and ks2.reading_expected_progress_percent < national.median_reading_progress_percent
                and ks2.writing_expected_progress_percent < national.median_writing_progress_percent
                and ks2.maths_expected_progress_percent < national.median_maths_progress_percent
        else
            ks2.rwm_expected_percent < parameter.coasting_ks2_rwm_expected_percent
            and (
                ks2.reading_progress < parameter.coasting_ks2_reading_progress
                or ks2.writing_progress < parameter.coasting_ks2_writing_progress
                or ks2.maths_progress < parameter.coasting_ks2_maths_progress
            )
    end as is_coasting_in_the_year
from core.ks2_published as ks2
left join core.national_result as national on national.stage = 'ks2' and national.year = ks2.year
cross join definition.nfer_2017_parameter as parameter
union all
select
    'ks4' as stage,
    ks4.urn,
    ks4.year,
    ks4.pupils,
    ks4.attainment8 as attainment,
    ks4.attainment8_missing as attainment_missing,
    ks4.progress8 as progress,
    ks4.progress8_missing as progress_missing,
    null as reading_progress,
    null as writing_progress,
    null as maths_progress,
    ks4.progress8_upper,
    coalesce(ks4.progress8_upper < 0, ks4.pupils >= parameter.smallest_cohort) as is_firm,
    ks4.progress8 < parameter.floor_ks4_progress8 and is_firm as is_below_floor,
    case
        when ks4.year < parameter.floor_first_year
            then
                ks4.five_gcses_percent < parameter.coasting_ks4_five_gcses_percent
                and ks4.english_expected_progress_percent < national.median_english_progress_percent
                and ks4.maths_expected_progress_percent < national.median_maths_progress_percent
        else
            ks4.progress8 < parameter.coasting_ks4_progress8 and is_firm
    end as is_coasting_in_the_year
from raw.ks4_result as ks4
left join core.national_result as national on national.stage = 'ks4' and national.year = ks4.year
cross join definition.nfer_2017_parameter as parameter
