-- One row per school and judgement that counts for it, a graded inspection or a report card of any era, the latest first (recency 1 = latest,
-- 2 = the one before). via: own (Ofsted lists it under this URN) or predecessor (core.predecessor: an academy has a new URN, and what was
-- judged before belongs to it). An inspection that is told under two URNs is one inspection.
-- grade_or_equivalent, from 1 (outstanding) to 4 (inadequate): the headline grade; where there was none (September 2024 to November 2025) the
-- worse of quality of education and leadership and management, or the one that is known (greatest passes over nulls); of a report card what
-- leadership and governance stands for (reference.report_card_grade). is_below_good is null where that cannot be told: a good judgement alone,
-- the other of the two not known, is not yet a good school, though its grade_or_equivalent is 2: is_grade_whole says whether both are known,
-- so that the grade is no worse than it looks.
-- concern: the category of concern that it found, by its name of today (reference.category_of_concern).
with lineage as (
    select
        urn,
        urn as listed_urn,
        0 as steps
    from core.establishment
    where left_out_because is null
    union all
    select
        urn,
        predecessor_urn as listed_urn,
        steps
    from core.predecessor
),

counted as (
    select
        lineage.urn,
        if(lineage.steps = 0, 'own', 'predecessor') as via,
        inspection.inspected_urn,
        inspection.inspection_date,
        inspection.publication_date,
        inspection.framework,
        inspection.overall_effectiveness,
        inspection.category_of_concern,
        inspection.quality_of_education,
        inspection.behaviour_and_attitudes,
        inspection.personal_development,
        inspection.leadership_and_management,
        inspection.safeguarding,
        inspection.leadership_and_governance,
        inspection.report_card_areas,
        inspection.report_card_areas_not_known
    from lineage
    inner join core.inspection as inspection on inspection.urn = lineage.listed_urn
    where inspection.framework not in ('ungraded', 'visit')
    qualify row_number() over (
        partition by lineage.urn, inspection.inspection_date
        -- of two of one day and URN the report card counts, as the newer framework tells more: of the frameworks it is the last by the alphabet
        order by lineage.steps, inspection.framework desc, lineage.listed_urn
    ) = 1
),

strong as (
    select list(report_card_grade) as grades
    from reference.report_card_grade
    where is_strong
)

select
    counted.urn,
    row_number() over (partition by counted.urn order by counted.inspection_date desc) as recency,
    counted.via,
    counted.inspected_urn,
    counted.inspection_date,
    counted.publication_date,
    counted.framework,
    counted.overall_effectiveness,
    counted.category_of_concern,
    counted.quality_of_education,
    counted.behaviour_and_attitudes,
    counted.personal_development,
    counted.leadership_and_management,
    counted.safeguarding,
    counted.leadership_and_governance,
    counted.report_card_areas,
    case counted.framework
        when 'headline_grade' then counted.overall_effectiveness
        when 'four_judgements' then greatest(counted.quality_of_education, counted.leadership_and_management)
        else governance.equivalent_grade
    end as grade_or_equivalent,
    counted.framework <> 'four_judgements'
    or counted.quality_of_education is not null and counted.leadership_and_management is not null as is_grade_whole,
    case counted.framework
        when 'headline_grade' then counted.overall_effectiveness >= 3
        when 'four_judgements' then counted.quality_of_education >= 3 or counted.leadership_and_management >= 3
        else governance.equivalent_grade >= 3
    end as is_below_good,
    -- a report card without an area below the strong standard; null where an area is not known and none that is known is below it
    case
        when counted.framework <> 'report_card' or not list_has_all(strong.grades, counted.report_card_areas) then false
        when counted.report_card_areas_not_known = 0 and len(counted.report_card_areas) > 0 then true
    end as is_strong_throughout,
    concern.concern
from counted
cross join strong
left join reference.report_card_grade as governance on governance.report_card_grade = counted.leadership_and_governance
left join reference.category_of_concern as concern on concern.category_of_concern = counted.category_of_concern
