-- One row per primary, secondary and special school and alternative provision: what today's RISE programme would find of it (METHOD,
-- "Today's policy: RISE"). Below, "good" covers its equivalent: where an inspection gave no headline grade (September 2024 to November 2025),
-- quality of education and leadership decide. A screen of public data, never "eligible to support".
with parameter as (
    select parameters.* from definition.rise_parameter as parameters
),

universe as (
    select
        school.*,
        -- the latest judgement, headline or equivalent: null where neither is known
        coalesce(
            school.ofsted_grade, greatest(school.ofsted_quality_of_education, school.ofsted_leadership_and_management)
        ) as latest_grade,
        coalesce(
            school.ofsted_previous_grade,
            greatest(school.ofsted_previous_quality_of_education, school.ofsted_previous_leadership_and_management)
        ) as previous_grade
    from core.school as school
    where school.phase in ('primary', 'secondary', 'special', 'alternative_provision')
),

-- KS4 reads Progress 8 where the latest year with results has it, else Attainment 8: one measure for all schools, never a mixture
result as (
    select
        universe.urn,
        universe.phase,
        case universe.phase
            when 'primary' then universe.ks2_rwm_expected_percent
            when 'secondary' then
                case when years.progress_year = years.attainment_year then universe.ks4_progress8 else universe.ks4_attainment8 end
        end as measure
    from universe
    left join core.results_year as years on years.stage = 'ks4'
    where universe.phase in ('primary', 'secondary')
),

placed as (
    select
        urn,
        measure,
        -- the share of schools of the phase with a result that stand at or above it; schools with the same result share the better place
        100.0 * rank() over (partition by phase order by measure desc nulls last)
        / nullif(count(measure) over (partition by phase), 0) as place_percent,
        count(measure) over (partition by phase) > 0 as is_measured
    from result
),

facts as (
    select
        universe.*,
        placed.measure is not null and placed.place_percent <= parameter.high_results_share_percent as is_high,
        placed.measure is null as has_no_result,
        coalesce(placed.is_measured, false) as is_measured
    from universe
    cross join parameter
    left join placed on placed.urn = universe.urn
)

select
    urn,
    phase,
    list_filter([
        case
            when
                ofsted_framework in ('headline_grade', 'four_judgements')
                and latest_grade >= 3
                and previous_grade >= 3
                and coalesce(ofsted_category_of_concern, '') not in ('SM', 'SWK', 'RSI')
                then 'stuck'
            when
                ofsted_framework = 'report_card'
                and ofsted_leadership_and_governance in ('Needs attention', 'Urgent improvement')
                and previous_grade >= 3
                and coalesce(ofsted_category_of_concern, '') not in ('SM', 'SWK', 'RSI')
                then 'stuck'
        end,
        case when ofsted_category_of_concern = 'SM' then 'special_measures' end,
        case when ofsted_category_of_concern in ('SWK', 'RSI') then 'requires_significant_improvement' end
    ], lambda reason: reason is not null) as in_need_reasons,
    list_filter([
        case when ofsted_framework = 'headline_grade' and ofsted_grade = 1 then 'ofsted_outstanding' end,
        case when ofsted_framework = 'four_judgements' and latest_grade = 1 then 'ofsted_outstanding_equivalent' end,
        case
            when
                ofsted_framework = 'report_card'
                and ofsted_safeguarding = 'Met'
                and len(ofsted_report_card_areas) > 0
                and len(list_filter(
                    ofsted_report_card_areas, lambda area: area not in ('Strong standard', 'Exceptional')
                )) = 0
                then 'report_card_strong'
        end,
        case when latest_grade = 2 and is_high then 'good_with_high_results' end
    ], lambda reason: reason is not null) as high_performing_reasons,
    cast(null as varchar) as excluded_because,
    list_filter([
        case when ofsted_date is null then 'no_graded_inspection' end,
        case
            when
                previous_grade is null
                and ofsted_category_of_concern is null
                and (latest_grade >= 3 or ofsted_leadership_and_governance in ('Needs attention', 'Urgent improvement'))
                then 'previous_inspection_not_known'
        end,
        case when latest_grade = 4 and ofsted_category_of_concern is null then 'category_of_concern_not_known' end,
        case
            when phase not in ('primary', 'secondary') then null
            when not is_measured then 'measure_not_published'
            when has_no_result then 'no_result'
        end
    ], lambda reason: reason is not null) as not_assessed
from facts
