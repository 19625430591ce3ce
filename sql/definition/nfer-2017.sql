-- One row per mainstream primary and secondary school: what the NFER study of 2017 would find of it (METHOD, "The study this continues").
-- Rules about results read the latest year that has attainment and progress; the floor standard only exists for results of 2016 to 2019.
with parameter as (
    select parameters.* from definition.nfer_2017_parameter as parameters
),

universe as (
    select
        school.urn,
        school.phase,
        school.is_in_mat,
        school.ofsted_date,
        school.ofsted_framework,
        school.ofsted_grade,
        school.ofsted_leadership_and_management
    from core.school as school
    where school.phase in ('primary', 'secondary')
),

ks2 as (
    select
        result.*,
        -- the share of schools with a result that stand at or above it; schools with the same result share the better place
        100.0 * rank() over (order by result.rwm_expected_percent desc nulls last)
        / count(result.rwm_expected_percent) over () as attainment_place_percent
    from core.ks2_result as result
    inner join core.results_year as years on years.stage = 'ks2' and years.both_year = result.year
    inner join universe on universe.urn = result.urn and universe.phase = 'primary'
),

ks4 as (
    select
        result.*,
        100.0 * rank() over (order by result.attainment8 desc nulls last)
        / count(result.attainment8) over () as attainment_place_percent
    from core.ks4_result as result
    inner join core.results_year as years on years.stage = 'ks4' and years.both_year = result.year
    inner join universe on universe.urn = result.urn and universe.phase = 'secondary'
),

-- true, false, or null where the rule cannot be applied to the school
primary_results as (
    select
        ks2.urn,
        case
            when ks2.year between parameter.floor_first_year and parameter.floor_last_year
                then
                    ks2.rwm_expected_percent < parameter.floor_ks2_rwm_expected_percent
                    and (
                        ks2.reading_progress < parameter.floor_ks2_reading_progress
                        or ks2.writing_progress < parameter.floor_ks2_writing_progress
                        or ks2.maths_progress < parameter.floor_ks2_maths_progress
                    )
                    and ks2.pupils >= parameter.floor_smallest_cohort
        end as is_below_floor,
        ks2.attainment_place_percent <= parameter.high_attainment_share_percent
        and ks2.rwm_expected_percent is not null
        and ks2.reading_progress > parameter.high_progress_score
        and ks2.writing_progress > parameter.high_progress_score
        and ks2.maths_progress > parameter.high_progress_score as is_high
    from ks2
    cross join parameter
),

secondary_results as (
    select
        ks4.urn,
        case
            when ks4.year between parameter.floor_first_year and parameter.floor_last_year
                then
                    ks4.progress8 < parameter.floor_ks4_progress8
                    and coalesce(ks4.progress8_upper < 0, ks4.pupils >= parameter.floor_smallest_cohort)
        end as is_below_floor,
        ks4.attainment_place_percent <= parameter.high_attainment_share_percent
        and ks4.attainment8 is not null
        and ks4.progress8 > parameter.high_progress_score as is_high
    from ks4
    cross join parameter
),

facts as (
    select
        universe.*,
        coalesce(primary_results.is_below_floor, secondary_results.is_below_floor) as is_below_floor,
        coalesce(primary_results.is_high, secondary_results.is_high) as is_high,
        coalesce(years.both_year between parameter.floor_first_year and parameter.floor_last_year, false) as is_floor_year
    from universe
    cross join parameter
    left join primary_results on primary_results.urn = universe.urn
    left join secondary_results on secondary_results.urn = universe.urn
    left join core.results_year as years
        on years.stage = case universe.phase when 'primary' then 'ks2' else 'ks4' end
)

select
    urn,
    phase,
    list_filter([
        case when ofsted_grade = 3 then 'ofsted_requires_improvement' end,
        case when ofsted_grade = 4 then 'ofsted_inadequate' end,
        case when is_below_floor and phase = 'primary' then 'below_floor_ks2' end,
        case when is_below_floor and phase = 'secondary' then 'below_floor_ks4' end
    ], lambda reason: reason is not null) as in_need_reasons,
    list_filter([
        case when ofsted_grade = 1 then 'ofsted_outstanding' end,
        case
            when ofsted_grade = 2 and ofsted_leadership_and_management = 1 and is_high
                then 'good_with_outstanding_leadership_and_high_results'
        end
    ], lambda reason: reason is not null) as high_performing_reasons,
    case when is_in_mat then 'in_multi_academy_trust' end as excluded_because,
    list_filter([
        case
            when ofsted_date is null then 'no_graded_inspection'
            when ofsted_framework = 'four_judgements' then 'no_headline_grade'
            when ofsted_framework = 'report_card' then 'no_report_card_rule'
        end,
        case
            when not is_floor_year then 'measure_not_published'
            when is_below_floor is null then 'no_result'
        end
    ], lambda reason: reason is not null) as not_assessed
from facts
