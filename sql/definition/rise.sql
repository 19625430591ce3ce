-- One row per primary, secondary and special school and alternative provision: what today's RISE programme would find of it
-- (docs/method/rise.md). core.judgement says what "below good" and "or equivalent" mean in each era of inspection; the step beside this file,
-- definition.rise_result, by which result a school is ranked. On a report card leadership and governance tells whether a school is below good, and
-- no more: nothing on it makes a school good, whose high results would count (equivalent_grade 2 of reference.report_card_grade says "not below
-- good"). A screen of public data, never "eligible to support".
with school as (
    select
        urn,
        phase,
        trust_name,
        trust_joined_date,
        is_ofsted_before_trust,
        reaches_key_stage
    from core.school
    where phase in ('primary', 'secondary', 'special', 'alternative_provision')
),

ranked as (
    select
        urn,
        phase,
        measure,
        year,
        years,
        pupils,
        value,
        missing,
        lower,
        upper,
        -- place by result, in percent of the schools of the phase with a result; equals share the better place
        case
            when value is not null
                then 100.0 * rank() over (partition by phase order by value desc nulls last) / count(value) over (partition by phase)
        end as place_percent,
        count(value) over (partition by phase) > 0 as is_measured
    from definition.rise_result
),

-- the cut: the result of the last school that is in the top share
cut as (
    select
        ranked.phase,
        min(ranked.value) as value
    from ranked
    cross join definition.rise_parameter as parameter
    where ranked.place_percent <= parameter.high_results_share_percent
    group by ranked.phase
),

facts as (
    select
        school.urn,
        school.phase,
        school.trust_name,
        school.trust_joined_date,
        school.is_ofsted_before_trust,
        school.reaches_key_stage,
        latest.inspection_date,
        latest.framework,
        latest.overall_effectiveness,
        latest.quality_of_education,
        latest.leadership_and_management,
        latest.leadership_and_governance,
        latest.report_card_areas,
        latest.is_strong_throughout,
        latest.safeguarding,
        latest.category_of_concern,
        latest.concern,
        latest.grade_or_equivalent as grade,
        latest.is_below_good,
        -- a report card has no scale of four: as the latest judgement it is low where it says below good, whichever grade is the threshold.
        -- As the one before (was_low) it counts by its equivalent, 3 at most: with a threshold of 4 it is never low.
        -- Of two judgements one that is low settles it, one that is not leaves it open where the other is not known.
        case
            when latest.framework = 'report_card' then latest.is_below_good
            when latest.grade_or_equivalent >= parameter.stuck_grade or latest.is_grade_whole
                then latest.grade_or_equivalent >= parameter.stuck_grade
        end as is_low,
        latest.framework <> 'report_card' and latest.grade_or_equivalent = 2 and not latest.is_below_good as is_good,
        previous.inspection_date as previous_inspection_date,
        previous.grade_or_equivalent as previous_grade,
        case
            when previous.grade_or_equivalent >= parameter.stuck_grade or previous.is_grade_whole
                then previous.grade_or_equivalent >= parameter.stuck_grade
        end as was_low,
        ranked.measure,
        ranked.year,
        ranked.years,
        ranked.pupils,
        ranked.value,
        ranked.missing,
        ranked.lower,
        ranked.upper,
        cut.value as cut,
        ranked.lower < cut.value as is_interval_below_cut,
        ranked.place_percent,
        -- null: in the top share, but whether its interval is too is not known, and the parameter lets that decide
        ranked.place_percent <= parameter.high_results_share_percent
        and (parameter.high_results_interval_counts = 1 or ranked.lower >= cut.value) as is_high,
        coalesce(ranked.is_measured, false) as is_measured
    from school
    cross join definition.rise_parameter as parameter
    left join core.judgement as latest on latest.urn = school.urn and latest.recency = 1
    left join core.judgement as previous on previous.urn = school.urn and previous.recency = 2
    left join ranked on ranked.urn = school.urn
    left join cut on cut.phase = school.phase
)

select
    urn,
    phase,
    list_filter([
        case when is_low and was_low and concern is null then 'stuck' end,
        case when concern = 'special_measures' then 'special_measures' end,
        case when concern = 'requires_significant_improvement' then 'requires_significant_improvement' end,
        -- a school that is judged inadequate is in one of the two categories, by law
        case when overall_effectiveness = 4 and category_of_concern is null then 'inadequate_category_not_known' end
    ], lambda reason: reason is not null) as in_need_reasons,
    list_filter([
        case when overall_effectiveness = 1 then 'ofsted_outstanding' end,
        -- not below good: both judgements are known (grade passes over one that is not)
        case when framework = 'four_judgements' and grade = 1 and not is_below_good then 'ofsted_outstanding_equivalent' end,
        case when is_strong_throughout and safeguarding = 'Met' then 'report_card_strong' end,
        case when is_good and is_high then 'good_with_high_results' end
    ], lambda reason: reason is not null) as high_performing_reasons,
    cast(null as varchar) as excluded_from_need,
    cast(null as varchar) as excluded_from_high_performing,
    list_filter([
        case when inspection_date is null then 'no_graded_inspection' end,
        case when framework <> 'report_card' and (is_low is null or is_below_good is null) then 'judgement_not_known' end,
        case when is_low and was_low is null and concern is null then 'previous_inspection_not_known' end,
        case when grade = 4 and category_of_concern is null then 'category_of_concern_not_known' end,
        case
            when framework = 'report_card' and (is_low is null or (is_strong_throughout and safeguarding = 'Met') is null)
                then 'report_card_incomplete'
        end,
        case
            when
                framework = 'report_card' and phase in ('primary', 'secondary') and coalesce(reaches_key_stage, true)
                and not coalesce(is_below_good, false) and coalesce(is_high, true)
                then 'report_card_has_no_good'
        end,
        -- results count for a school that is good, or may be
        case
            when phase not in ('primary', 'secondary') then null
            when not reaches_key_stage then 'key_stage_not_taught'
            when not is_good then null
            when not is_measured then 'results_not_published'
            when value is not null and is_high is null then 'results_interval_not_known'
            when value is not null then null
            when missing = 'suppressed' then 'results_suppressed'
            else 'results_no_result'
        end
    ], lambda reason: reason is not null) as not_assessed,
    -- a rule of several facts does not hold where one of them is known not to
    list_filter([
        case when not (is_low and was_low) then 'stuck' end,
        case when not is_high then 'good_with_high_results' end
    ], lambda rule: rule is not null) as not_met,
    {
        'inspection_date': inspection_date,
        'framework': framework,
        'overall_effectiveness': overall_effectiveness,
        'quality_of_education': quality_of_education,
        'leadership_and_management': leadership_and_management,
        'leadership_and_governance': leadership_and_governance,
        'report_card_areas': nullif(report_card_areas, []),
        'safeguarding': safeguarding,
        'category_of_concern': category_of_concern,
        'previous_inspection_date': previous_inspection_date,
        'previous_grade': previous_grade,
        'results_measure': measure,
        'results_year': year,
        'results_years': years,
        'results_pupils': pupils,
        'result': round(value, 2),
        'result_lower': round(lower, 2),
        'result_upper': round(upper, 2),
        'result_place_percent': round(place_percent, 1),
        'result_cut': round(cut, 2),
        'is_result_interval_below_cut': is_interval_below_cut,
        'trust': trust_name,
        'trust_joined_date': trust_joined_date,
        'is_judged_before_joining_trust': is_ofsted_before_trust
    } as facts
from facts
