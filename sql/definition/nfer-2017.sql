-- One row per mainstream primary and secondary school: what the NFER study of 2017 would find of it (docs/method/nfer-2017.md).
-- Rules about results read the latest year that has attainment and progress together. Floor and coasting standards exist for results of
-- 2016 to 2019 only. A condition is true, false, or null where it cannot be told; only true gives a reason, and null is said in not_assessed.
with parameter as (
    select parameters.* from definition.nfer_2017_parameter as parameters
),

universe as (
    select
        school.urn,
        school.phase,
        case school.phase when 'primary' then 'ks2' else 'ks4' end as stage,
        school.is_in_mat,
        school.trust_name,
        school.ofsted_date,
        school.ofsted_framework,
        school.ofsted_grade,
        school.ofsted_leadership_and_management,
        school.urn in (select listed.urn from raw.list_teaching_school as listed) as is_teaching_school,
        (select count(*) > 0 from raw.list_teaching_school) as is_teaching_list_landed,
        school.urn in (select listed.urn from raw.list_national_support_school as listed) as is_national_support_school,
        (select count(*) > 0 from raw.list_national_support_school) as is_national_support_list_landed,
        coalesce(
            school.trust_id in (select listed.group_id from raw.list_trust_not_ready as listed), false
        ) as is_in_trust_not_ready
    from core.school as school
    where school.phase in ('primary', 'secondary')
),

-- Both key stages in one shape. progress: Progress 8, or the mean of the three subjects, so that one rule serves both phases.
result as (
    select
        universe.urn,
        'ks2' as stage,
        ks2.year,
        ks2.pupils,
        ks2.rwm_expected_percent as attainment,
        ks2.rwm_expected_percent_missing as attainment_missing,
        coalesce(ks2.reading_progress_missing, ks2.writing_progress_missing, ks2.maths_progress_missing) as progress_missing,
        (ks2.reading_progress + ks2.writing_progress + ks2.maths_progress) / 3 as progress,
        ks2.rwm_expected_percent < parameter.floor_ks2_rwm_expected_percent
        and (
            ks2.reading_progress < parameter.floor_ks2_reading_progress
            or ks2.writing_progress < parameter.floor_ks2_writing_progress
            or ks2.maths_progress < parameter.floor_ks2_maths_progress
        )
        and ks2.pupils >= parameter.smallest_cohort as is_below_floor,
        ks2.pupils >= parameter.smallest_cohort
        and case
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
        end as is_coasting_in_the_year,
        ks2.reading_progress,
        ks2.writing_progress,
        ks2.maths_progress,
        cast(null as double) as progress8_upper
    from universe
    inner join core.ks2_result as ks2 on ks2.urn = universe.urn
    left join core.national_result as national on national.stage = 'ks2' and national.year = ks2.year
    cross join parameter
    where universe.stage = 'ks2'
    union all
    select
        universe.urn,
        'ks4' as stage,
        ks4.year,
        ks4.pupils,
        ks4.attainment8 as attainment,
        ks4.attainment8_missing as attainment_missing,
        ks4.progress8_missing as progress_missing,
        ks4.progress8 as progress,
        ks4.progress8 < parameter.floor_ks4_progress8
        and coalesce(ks4.progress8_upper < 0, ks4.pupils >= parameter.smallest_cohort) as is_below_floor,
        case
            when ks4.year < parameter.floor_first_year
                then
                    ks4.five_gcses_percent < parameter.coasting_ks4_five_gcses_percent
                    and ks4.english_expected_progress_percent < national.median_english_progress_percent
                    and ks4.maths_expected_progress_percent < national.median_maths_progress_percent
            else
                ks4.progress8 < parameter.coasting_ks4_progress8
                and coalesce(ks4.progress8_upper < 0, ks4.pupils >= parameter.smallest_cohort)
        end as is_coasting_in_the_year,
        null as reading_progress,
        null as writing_progress,
        null as maths_progress,
        ks4.progress8_upper
    from universe
    inner join core.ks4_result as ks4 on ks4.urn = universe.urn
    left join core.national_result as national on national.stage = 'ks4' and national.year = ks4.year
    cross join parameter
    where universe.stage = 'ks4'
),

-- The latest year with both measures, and whether the standards were in force for it.
year_read as (
    select
        years.stage,
        years.both_year as year,
        national.attainment as national_attainment,
        coalesce(years.both_year between parameter.floor_first_year and parameter.floor_last_year, false) as is_floor_year
    from core.results_year as years
    left join core.national_result as national on national.stage = years.stage and national.year = years.both_year
    cross join parameter
),

-- Coasting looks back over three years: one year known not to be low settles it; else all three must be known.
coasting as (
    select
        result.urn,
        case
            when count(*) filter (where result.is_coasting_in_the_year = false) > 0 then false
            when count(*) filter (where result.is_coasting_in_the_year) = any_value(parameter.coasting_years) then true
        end as is_coasting
    from result
    inner join year_read on year_read.stage = result.stage
    cross join parameter
    where
        year_read.is_floor_year
        and result.year between year_read.year - parameter.coasting_years + 1 and year_read.year
    group by result.urn
),

facts as (
    select
        universe.*,
        year_read.year as results_year,
        year_read.national_attainment,
        year_read.is_floor_year,
        result.pupils,
        result.attainment,
        result.attainment_missing,
        result.progress_missing,
        result.progress,
        result.reading_progress,
        result.writing_progress,
        result.maths_progress,
        result.progress8_upper,
        case when year_read.is_floor_year then result.is_below_floor end as is_below_floor,
        coasting.is_coasting,
        result.attainment >= year_read.national_attainment + parameter.high_attainment_above_national
        and result.progress > parameter.high_progress_score as has_high_results,
        -- null: not known, and the parameter lets results decide
        case
            when universe.ofsted_leadership_and_management is not null then universe.ofsted_leadership_and_management = 1
            when parameter.leadership_not_known_counts = 0 then false
        end as has_outstanding_leadership
    from universe
    cross join parameter
    left join year_read on year_read.stage = universe.stage
    left join result on result.urn = universe.urn and result.year = year_read.year
    left join coasting on coasting.urn = universe.urn
)

select
    urn,
    phase,
    list_filter([
        case when ofsted_grade = 3 then 'ofsted_requires_improvement' end,
        case when ofsted_grade = 4 then 'ofsted_inadequate' end,
        case when is_below_floor and phase = 'primary' then 'below_floor_ks2' end,
        case when is_below_floor and phase = 'secondary' then 'below_floor_ks4' end,
        case when is_coasting and phase = 'primary' then 'coasting_ks2' end,
        case when is_coasting and phase = 'secondary' then 'coasting_ks4' end
    ], lambda reason: reason is not null) as in_need_reasons,
    list_filter([
        case when ofsted_grade = 1 then 'ofsted_outstanding' end,
        case when is_teaching_school then 'teaching_school' end,
        case when is_national_support_school then 'national_support_school' end,
        case
            when ofsted_grade = 2 and has_outstanding_leadership and has_high_results
                then 'good_with_outstanding_leadership_and_high_results'
        end,
        case
            when ofsted_grade = 2 and has_outstanding_leadership is null and has_high_results
                then 'good_with_high_results_leadership_not_known'
        end
    ], lambda reason: reason is not null) as high_performing_reasons,
    case when is_in_mat then 'in_multi_academy_trust' end as excluded_from_need,
    case when is_in_trust_not_ready then 'trust_not_ready_to_expand' end as excluded_from_high_performing,
    list_filter([
        case
            when ofsted_date is null then 'no_graded_inspection'
            when ofsted_framework = 'four_judgements' then 'no_headline_grade'
            when ofsted_framework = 'report_card' then 'no_report_card_rule'
        end,
        case when ofsted_grade = 2 and ofsted_leadership_and_management is null then 'leadership_not_known' end,
        case
            when not is_floor_year then 'floor_not_in_force'
            when is_below_floor is null and 'suppressed' in (attainment_missing, progress_missing) then 'floor_suppressed'
            when is_below_floor is null then 'floor_no_result'
        end,
        case
            when not is_floor_year or is_coasting is not null then null
            when attainment is null then 'coasting_no_result'
            else 'coasting_years_not_known'
        end,
        case
            when ofsted_grade = 2 and has_high_results is null and has_outstanding_leadership is distinct from false
                then 'high_results_not_known'
        end,
        case when not is_teaching_list_landed then 'teaching_schools_not_listed' end,
        case when not is_national_support_list_landed then 'national_support_schools_not_listed' end
    ], lambda reason: reason is not null) as not_assessed,
    {
        'inspection_date': ofsted_date,
        'overall_effectiveness': ofsted_grade,
        'leadership_and_management': ofsted_leadership_and_management,
        'results_year': results_year,
        'cohort': pupils,
        'attainment': attainment,
        'national_attainment': round(national_attainment, 1),
        'progress': round(progress, 2),
        'reading_progress': reading_progress,
        'writing_progress': writing_progress,
        'maths_progress': maths_progress,
        'progress8_upper': progress8_upper,
        'is_in_multi_academy_trust': is_in_mat,
        'trust': trust_name
    } as facts
from facts
