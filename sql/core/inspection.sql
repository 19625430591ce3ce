-- One row per graded inspection, ungraded inspection or report card of one school: what was judged, when, of which URN. From every
-- Ofsted release ever landed, the newest release's word where two speak of the same inspection: a newer layout drops what an older
-- one told. urn is the school Ofsted lists it under, inspected_urn the one it was then. framework: headline_grade (an overall grade),
-- four_judgements (September 2024 to November 2025: no headline), report_card (since), ungraded.
with told as (
    select
        urn,
        coalesce(latest_urn, urn) as inspected_urn,
        latest_inspection_date as inspection_date,
        latest_publication_date as publication_date,
        case
            when latest_overall_effectiveness_missing = 'no_headline_grade' then 'four_judgements' else 'headline_grade'
        end as framework,
        latest_overall_effectiveness as overall_effectiveness,
        latest_category_of_concern as category_of_concern,
        latest_quality_of_education as quality_of_education,
        latest_behaviour_and_attitudes as behaviour_and_attitudes,
        latest_personal_development as personal_development,
        latest_leadership_and_management as leadership_and_management,
        latest_safeguarding as safeguarding,
        null as ungraded_outcome,
        cast([] as varchar[]) as areas,
        as_at
    from raw.ofsted_inspection
    where latest_inspection_date is not null
    union all
    select
        urn,
        coalesce(previous_urn, urn) as inspected_urn,
        previous_inspection_date as inspection_date,
        previous_publication_date as publication_date,
        case
            when previous_overall_effectiveness_missing = 'no_headline_grade' then 'four_judgements' else 'headline_grade'
        end as framework,
        previous_overall_effectiveness as overall_effectiveness,
        previous_category_of_concern as category_of_concern,
        previous_quality_of_education as quality_of_education,
        previous_behaviour_and_attitudes as behaviour_and_attitudes,
        previous_personal_development as personal_development,
        previous_leadership_and_management as leadership_and_management,
        previous_safeguarding as safeguarding,
        null as ungraded_outcome,
        cast([] as varchar[]) as areas,
        as_at
    from raw.ofsted_inspection
    where previous_inspection_date is not null
    union all
    select
        urn,
        coalesce(report_card_urn, urn) as inspected_urn,
        report_card_inspection_date as inspection_date,
        report_card_publication_date as publication_date,
        'report_card' as framework,
        null as overall_effectiveness,
        report_card_category_of_concern as category_of_concern,
        null as quality_of_education,
        null as behaviour_and_attitudes,
        null as personal_development,
        null as leadership_and_management,
        report_card_safeguarding as safeguarding,
        null as ungraded_outcome,
        [
            report_card_leadership_and_governance,
            report_card_inclusion,
            report_card_curriculum_and_teaching,
            report_card_achievement,
            report_card_attendance_and_behaviour,
            report_card_personal_development,
            report_card_early_years,
            report_card_post_16
        ] as areas,
        as_at
    from raw.ofsted_inspection
    where report_card_inspection_date is not null
    union all
    select
        urn,
        coalesce(ungraded_urn, urn) as inspected_urn,
        ungraded_inspection_date as inspection_date,
        null as publication_date,
        'ungraded' as framework,
        null as overall_effectiveness,
        null as category_of_concern,
        null as quality_of_education,
        null as behaviour_and_attitudes,
        null as personal_development,
        null as leadership_and_management,
        null as safeguarding,
        ungraded_outcome,
        cast([] as varchar[]) as areas,
        as_at
    from raw.ofsted_inspection
    where ungraded_inspection_date is not null
)

select
    urn,
    inspected_urn,
    inspection_date,
    publication_date,
    framework,
    overall_effectiveness,
    category_of_concern,
    quality_of_education,
    behaviour_and_attitudes,
    personal_development,
    leadership_and_management,
    safeguarding,
    ungraded_outcome,
    -- the areas of a report card by name; an area that does not apply to the school (post-16, early years) is null
    nullif(areas[1], 'Not applicable') as leadership_and_governance,
    list_filter(areas, lambda area: area is not null and area <> 'Not applicable') as report_card_areas,
    as_at
from told
qualify row_number() over (
    partition by urn, inspection_date, framework in ('report_card', 'ungraded'), framework = 'ungraded' order by as_at desc
) = 1
