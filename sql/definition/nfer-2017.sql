-- One row per mainstream primary and secondary school: what the NFER study of 2017 would find of it (docs/method/nfer-2017.md).
-- Its steps stand in the folder beside this file: definition.nfer_2017_result holds every result against the floor and coasting standards,
-- definition.nfer_2017_year says which year is read. Here each school has its results, and a reason for whatever is true. A condition is true, false,
-- or null where it cannot be told. Only true gives a reason, and null is said in not_assessed; leadership not known, with high results, has a
-- reason of its own, which counts only where a parameter says so. Lists of Teaching Schools and of National Support Schools do not follow
-- predecessors. Where an unknown fact decides in silence: docs/method/unknown.md#where-an-unknown-fact-still-decides.
with trust as (
    -- how many open schools its trust has, of all phases; of an academy of which the trust is not told it is not known
    select
        urn,
        count(*) over (partition by organisation_id) as schools
    from core.school_organisation
    where organisation_kind in ('multi_academy_trust', 'single_academy_trust')
),

school as (
    select
        school.urn,
        school.phase,
        if(school.phase = 'primary', 'ks2', 'ks4') as stage,
        school.is_in_mat,
        school.trust_name,
        trust.schools as trust_schools,
        school.ofsted_date,
        school.ofsted_framework,
        school.ofsted_grade,
        school.ofsted_leadership_and_management,
        school.reaches_key_stage,
        -- where no list was landed nobody is on it: not_assessed says so of the first two, nothing does of the trusts
        school.urn in (select listed.urn from raw.list_teaching_school as listed) as is_teaching_school,
        school.urn in (select listed.urn from raw.list_national_support_school as listed) as is_national_support_school,
        coalesce(
            school.trust_id in (select listed.group_id from raw.list_trust_not_ready as listed), false
        ) as is_in_trust_not_ready
    from core.school as school
    left join trust on trust.urn = school.urn
    where school.phase in ('primary', 'secondary')
),

landed as (
    select
        (select count(*) > 0 from raw.list_teaching_school) as has_teaching_schools,
        (select count(*) > 0 from raw.list_national_support_school) as has_national_support_schools
),

-- The results that belong to each school (core.result_owner says why), those of its own key stage.
result as (
    select
        school.urn,
        result.stage,
        result.year,
        result.pupils,
        result.attainment,
        result.attainment_missing,
        result.progress,
        result.progress_missing,
        result.reading_progress,
        result.writing_progress,
        result.maths_progress,
        result.progress8_upper,
        result.is_below_floor,
        result.is_coasting_in_the_year
    from school
    inner join core.result_owner as owner on owner.urn = school.urn and owner.stage = school.stage
    inner join definition.nfer_2017_result as result
        on result.stage = owner.stage and result.year = owner.year and result.urn = owner.result_urn
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
    inner join definition.nfer_2017_year as latest on latest.stage = result.stage
    cross join definition.nfer_2017_parameter as parameter
    where
        latest.is_floor_year
        and result.year between latest.year - parameter.coasting_years + 1 and latest.year
    group by result.urn
),

facts as (
    select
        school.urn,
        school.phase,
        school.is_in_mat,
        school.trust_name,
        school.trust_schools,
        -- null: not known whether it is in such a trust, or how many schools that has
        parameter.trust_excludes_from_need = 1 and school.is_in_mat
        and (parameter.trust_excludes_from_schools <= 1 or school.trust_schools >= parameter.trust_excludes_from_schools) as is_set_aside,
        school.ofsted_date,
        school.ofsted_framework,
        school.ofsted_grade,
        school.ofsted_leadership_and_management,
        school.reaches_key_stage,
        school.is_teaching_school,
        school.is_national_support_school,
        school.is_in_trust_not_ready,
        landed.has_teaching_schools,
        landed.has_national_support_schools,
        latest.year as results_year,
        latest.national_attainment,
        latest.is_floor_year,
        result.pupils,
        result.attainment,
        result.attainment_missing,
        result.progress,
        result.progress_missing,
        result.reading_progress,
        result.writing_progress,
        result.maths_progress,
        result.progress8_upper,
        case when latest.is_floor_year then result.is_below_floor end as is_below_floor,
        coasting.is_coasting,
        result.attainment >= latest.national_attainment + parameter.high_attainment_above_national
        -- in each subject: one that is known not to be high settles it, else all must be known; as a mean always
        and case
            when parameter.high_progress_in_each_subject = 1 and school.phase = 'primary'
                then
                    result.reading_progress > parameter.high_progress_score
                    and result.writing_progress > parameter.high_progress_score
                    and result.maths_progress > parameter.high_progress_score
            else result.progress > parameter.high_progress_score
        end as has_high_results,
        -- null: not known, and the parameter lets results decide; else not known is a no, and not_assessed says so
        case
            when school.ofsted_leadership_and_management is not null then school.ofsted_leadership_and_management = 1
            when parameter.leadership_not_known_counts = 0 then false
        end as has_outstanding_leadership
    from school
    cross join landed
    cross join definition.nfer_2017_parameter as parameter
    left join definition.nfer_2017_year as latest on latest.stage = school.stage
    left join result on result.urn = school.urn and result.year = latest.year
    left join coasting on coasting.urn = school.urn
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
    -- a need that may be set aside is none that is known
    case
        when is_set_aside then 'in_multi_academy_trust'
        when is_set_aside is null then 'may_be_in_multi_academy_trust'
    end as excluded_from_need,
    case when is_in_trust_not_ready then 'trust_not_ready_to_expand' end as excluded_from_high_performing,
    list_filter([
        case
            when ofsted_date is null then 'no_graded_inspection'
            when ofsted_framework = 'four_judgements' then 'no_headline_grade'
            when ofsted_framework = 'report_card' then 'no_report_card_rule'
            when ofsted_grade is null then 'grade_not_known'
        end,
        case
            when
                ofsted_grade = 2 and ofsted_leadership_and_management is null
                and coalesce(has_high_results, true) and coalesce(reaches_key_stage, true)
                then 'leadership_not_known'
        end,
        case when not reaches_key_stage then 'key_stage_not_taught' end,
        case
            when not is_floor_year then 'floor_not_in_force'
            when not reaches_key_stage then null
            when is_below_floor is null and 'suppressed' in (attainment_missing, progress_missing) then 'floor_suppressed'
            when is_below_floor is null then 'floor_no_result'
        end,
        case
            when not is_floor_year or not reaches_key_stage or is_coasting is not null then null
            when attainment is null then 'coasting_no_result'
            else 'coasting_years_not_known'
        end,
        case
            when
                ofsted_grade = 2 and has_high_results is null and coalesce(reaches_key_stage, true)
                and coalesce(ofsted_leadership_and_management = 1, true)
                then 'high_results_not_known'
        end,
        case when is_set_aside is null and len(in_need_reasons) > 0 then 'trust_not_known' end,
        case when not has_teaching_schools then 'teaching_schools_not_listed' end,
        case when not has_national_support_schools then 'national_support_schools_not_listed' end
    ], lambda reason: reason is not null) as not_assessed,
    -- a rule of several facts does not hold where one of them is known not to
    list_filter([
        case when ofsted_grade <> 3 then 'ofsted_requires_improvement' end,
        case when ofsted_grade <> 4 then 'ofsted_inadequate' end,
        case when not is_below_floor and phase = 'primary' then 'below_floor_ks2' end,
        case when not is_below_floor and phase = 'secondary' then 'below_floor_ks4' end,
        case when not is_coasting and phase = 'primary' then 'coasting_ks2' end,
        case when not is_coasting and phase = 'secondary' then 'coasting_ks4' end,
        case
            when ofsted_grade <> 2 or not has_high_results or ofsted_leadership_and_management <> 1
                then 'good_with_outstanding_leadership_and_high_results'
        end,
        case
            when ofsted_grade <> 2 or not has_high_results or ofsted_leadership_and_management is not null
                then 'good_with_high_results_leadership_not_known'
        end
    ], lambda rule: rule is not null) as not_met,
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
        'trust': trust_name,
        'trust_schools': trust_schools
    } as facts
from facts
