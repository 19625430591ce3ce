-- One row per primary, secondary and special school and alternative provision: what today's RISE programme would find of it
-- (docs/method/rise.md). Below, "good" covers its equivalent: where an inspection gave no headline grade (September 2024 to November 2025),
-- quality of education and leadership decide. On a report card leadership and governance tells whether a school is stuck, and nothing stands for
-- "good". A screen of public data, never "eligible to support".
with parameter as (
    select parameters.* from definition.rise_parameter as parameters
),

universe as (
    select
        school.*,
        -- the latest judgement, headline or the worse of the two that stand for it; null where neither is known
        coalesce(
            school.ofsted_grade, greatest(school.ofsted_quality_of_education, school.ofsted_leadership_and_management)
        ) as latest_grade,
        -- to be good or better without a headline grade, both must be known
        school.ofsted_grade is not null
        or (school.ofsted_quality_of_education is not null and school.ofsted_leadership_and_management is not null) as is_whole,
        coalesce(
            school.ofsted_previous_grade,
            greatest(school.ofsted_previous_quality_of_education, school.ofsted_previous_leadership_and_management),
            case
                when school.ofsted_previous_leadership_and_governance in ('Needs attention', 'Urgent improvement') then 3
                when school.ofsted_previous_leadership_and_governance is not null then 2
            end
        ) as previous_grade
    from core.school as school
    where school.phase in ('primary', 'secondary', 'special', 'alternative_provision')
),

-- KS4 reads Progress 8 where the latest year with results has it, else Attainment 8: one measure for all schools, never a mixture
result as (
    select
        universe.urn,
        universe.phase,
        case
            when universe.phase = 'primary' then 'percent at the expected standard in reading, writing and maths'
            when years.progress_year = years.attainment_year then 'Progress 8'
            else 'Attainment 8'
        end as measure,
        case universe.phase when 'primary' then universe.ks2_year else universe.ks4_year end as year,
        case
            when universe.phase = 'primary' then universe.ks2_rwm_expected_percent
            when years.progress_year = years.attainment_year then universe.ks4_progress8
            else universe.ks4_attainment8
        end as value,
        case
            when universe.phase = 'primary' then universe.ks2_rwm_expected_missing
            when years.progress_year = years.attainment_year then universe.ks4_progress8_missing
            else universe.ks4_attainment8_missing
        end as missing
    from universe
    left join core.results_year as years on years.stage = 'ks4'
    where universe.phase in ('primary', 'secondary')
),

placed as (
    select
        result.*,
        -- the share of schools of the phase with a result that stand at or above it; schools with the same result share the better place
        100.0 * rank() over (partition by result.phase order by result.value desc nulls last)
        / nullif(count(result.value) over (partition by result.phase), 0) as place_percent,
        count(result.value) over (partition by result.phase) > 0 as is_measured
    from result
),

facts as (
    select
        universe.*,
        parameter.stuck_grade,
        placed.measure as results_measure,
        placed.year as results_year,
        placed.value as result,
        placed.missing as result_missing,
        case when placed.value is not null then placed.place_percent end as result_place_percent,
        placed.value is not null and placed.place_percent <= parameter.high_results_share_percent as is_high,
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
                and latest_grade >= stuck_grade
                and previous_grade >= stuck_grade
                and coalesce(ofsted_category_of_concern, '') not in ('SM', 'SWK', 'RSI')
                then 'stuck'
            when
                ofsted_framework = 'report_card'
                and ofsted_leadership_and_governance in ('Needs attention', 'Urgent improvement')
                and previous_grade >= stuck_grade
                and coalesce(ofsted_category_of_concern, '') not in ('SM', 'SWK', 'RSI')
                then 'stuck'
        end,
        case when ofsted_category_of_concern = 'SM' then 'special_measures' end,
        case when ofsted_category_of_concern in ('SWK', 'RSI') then 'requires_significant_improvement' end
    ], lambda reason: reason is not null) as in_need_reasons,
    list_filter([
        case when ofsted_framework = 'headline_grade' and ofsted_grade = 1 then 'ofsted_outstanding' end,
        case when ofsted_framework = 'four_judgements' and is_whole and latest_grade = 1 then 'ofsted_outstanding_equivalent' end,
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
        case when latest_grade = 2 and is_whole and is_high then 'good_with_high_results' end
    ], lambda reason: reason is not null) as high_performing_reasons,
    cast(null as varchar) as excluded_from_need,
    cast(null as varchar) as excluded_from_high_performing,
    list_filter([
        case when ofsted_date is null then 'no_graded_inspection' end,
        case
            when
                previous_grade is null
                and ofsted_category_of_concern is null
                and (latest_grade >= stuck_grade or ofsted_leadership_and_governance in ('Needs attention', 'Urgent improvement'))
                then 'previous_inspection_not_known'
        end,
        case when latest_grade = 4 and ofsted_category_of_concern is null then 'category_of_concern_not_known' end,
        case
            when phase not in ('primary', 'secondary') then null
            when not is_measured then 'results_not_published'
            when result is not null then null
            when result_missing = 'suppressed' then 'results_suppressed'
            else 'results_no_result'
        end
    ], lambda reason: reason is not null) as not_assessed,
    {
        'inspection_date': ofsted_date,
        'framework': ofsted_framework,
        'overall_effectiveness': ofsted_grade,
        'quality_of_education': ofsted_quality_of_education,
        'leadership_and_management': ofsted_leadership_and_management,
        'leadership_and_governance': ofsted_leadership_and_governance,
        'report_card_areas': nullif(ofsted_report_card_areas, []),
        'safeguarding': ofsted_safeguarding,
        'category_of_concern': ofsted_category_of_concern,
        'previous_inspection_date': ofsted_previous_date,
        'previous_grade': previous_grade,
        'results_measure': results_measure,
        'results_year': results_year,
        'result': result,
        'result_place_percent': round(result_place_percent, 1),
        'trust': trust_name,
        'trust_joined_date': trust_joined_date,
        'is_judged_before_joining_trust': is_ofsted_before_trust
    } as facts
from facts
