-- One row per graded inspection, ungraded inspection or report card of one school: what was judged, when, of which URN. From every Ofsted release
-- ever landed, and from the lists of all inspections of a period (in which a school stands under the URN that it had). Where two speak of the same
-- inspection the row of the newest release is taken, whole; the others matter because a newer layout drops inspections that an older one told. But
-- a graded one that only an older release tells, between the previous, the latest and the date of the newest, is none: it was withdrawn, a short
-- inspection that only confirmed the grade, or one of these two under another date (some releases give the day of its end). urn is the school
-- Ofsted lists it under, inspected_urn the one it was then. framework: headline_grade (an overall grade), four_judgements (September 2024 to
-- November 2025: no headline), report_card (since), ungraded, and visit: one that a list tells without a grade, and without an outcome that an
-- ungraded inspection has (monitoring, urgent). category_of_concern is the one of today where the release tells it ("Most recent
-- category of concern", in the layout of report cards), as a later visit can lift one: NONE where the inspection found one, or was inadequate,
-- and the school is in none today. Else it is what the inspection found.
with told as (
    -- a row of Ofsted's tells up to four inspections; what one of them does not have is null
    select
        urn,
        latest_urn as inspected_urn,
        latest_inspection_date as inspection_date,
        latest_publication_date as publication_date,
        if(latest_overall_effectiveness_missing = 'no_headline_grade', 'four_judgements', 'headline_grade') as framework,
        latest_overall_effectiveness as overall_effectiveness,
        latest_category_of_concern as category_of_concern,
        latest_quality_of_education as quality_of_education,
        latest_behaviour_and_attitudes as behaviour_and_attitudes,
        latest_personal_development as personal_development,
        latest_leadership_and_management as leadership_and_management,
        latest_safeguarding as safeguarding,
        case when report_card_inspection_date is null or report_card_inspection_date <= latest_inspection_date then current_category_of_concern end
            as current_category,
        as_at
    from raw.ofsted_inspection
    union all by name
    select
        urn,
        previous_urn as inspected_urn,
        previous_inspection_date as inspection_date,
        previous_publication_date as publication_date,
        if(previous_overall_effectiveness_missing = 'no_headline_grade', 'four_judgements', 'headline_grade') as framework,
        previous_overall_effectiveness as overall_effectiveness,
        previous_category_of_concern as category_of_concern,
        previous_quality_of_education as quality_of_education,
        previous_behaviour_and_attitudes as behaviour_and_attitudes,
        previous_personal_development as personal_development,
        previous_leadership_and_management as leadership_and_management,
        previous_safeguarding as safeguarding,
        as_at
    from raw.ofsted_inspection
    union all by name
    select
        urn,
        report_card_urn as inspected_urn,
        report_card_inspection_date as inspection_date,
        report_card_publication_date as publication_date,
        'report_card' as framework,
        report_card_category_of_concern as category_of_concern,
        report_card_safeguarding as safeguarding,
        columns('^report_card_'),
        case when latest_inspection_date is null or latest_inspection_date < report_card_inspection_date then current_category_of_concern end
            as current_category,
        as_at
    from raw.ofsted_inspection
    union all by name
    select
        urn,
        ungraded_urn as inspected_urn,
        ungraded_inspection_date as inspection_date,
        'ungraded' as framework,
        ungraded_outcome,
        as_at
    from raw.ofsted_inspection
    union all by name
    select
        urn,
        inspection_date,
        publication_date,
        case
            when report_card_leadership_and_governance is not null or report_card_safeguarding is not null then 'report_card'
            when overall_effectiveness is not null then 'headline_grade'
            when quality_of_education is not null then 'four_judgements'
            when ungraded_outcome in (select known.ungraded_outcome from reference.ungraded_outcome as known) then 'ungraded'
            else 'visit'
        end as framework,
        overall_effectiveness,
        category_of_concern,
        quality_of_education,
        behaviour_and_attitudes,
        personal_development,
        leadership_and_management,
        coalesce(report_card_safeguarding, safeguarding) as safeguarding,
        ungraded_outcome,
        columns('^report_card_'),
        as_at,
        true as is_of_list
    from raw.ofsted_event
),

-- the newest release that tells a graded inspection of a school, for the URNs that it had then as well
newest as (
    select
        listed.urn,
        max_by(listed.latest_inspection_date, listed.as_at) as latest_inspection_date,
        -- where none is known, nothing lies between the two
        max_by(coalesce(listed.previous_inspection_date, listed.latest_inspection_date), listed.as_at) as previous_inspection_date,
        max(listed.as_at) as as_at
    from (
        select
            unnest([urn, latest_urn, previous_urn]) as urn,
            latest_inspection_date,
            previous_inspection_date,
            as_at
        from raw.ofsted_inspection
        where latest_inspection_date is not null
    ) as listed
    group by listed.urn
),

believed as (
    select told.*
    from told
    left join newest on newest.urn = told.urn
    where
        told.inspection_date is not null
        and not coalesce(
            told.framework in ('headline_grade', 'four_judgements')
            and told.is_of_list is null
            and told.as_at < newest.as_at
            and told.inspection_date > newest.previous_inspection_date
            and told.inspection_date <> newest.latest_inspection_date
            and told.inspection_date <= newest.as_at,
            false
        )
),

-- what a report card says of each area; the columns are of the same names in both kinds of file
with_areas as (
    select
        *,
        if(framework = 'report_card', [
            report_card_leadership_and_governance,
            report_card_inclusion,
            report_card_curriculum_and_teaching,
            report_card_achievement,
            report_card_attendance_and_behaviour,
            report_card_personal_development,
            report_card_early_years,
            report_card_post_16
        ], null) as areas
    from believed
)

select
    urn,
    coalesce(inspected_urn, urn) as inspected_urn,
    inspection_date,
    publication_date,
    framework,
    overall_effectiveness,
    case
        when current_category is null then category_of_concern
        when current_category <> 'none' then current_category
        when category_of_concern is not null or 4 in (overall_effectiveness, quality_of_education, leadership_and_management) then 'NONE'
    end as category_of_concern,
    quality_of_education,
    behaviour_and_attitudes,
    personal_development,
    leadership_and_management,
    safeguarding,
    ungraded_outcome,
    -- the areas of a report card by name; an area that does not apply to the school (post-16, early years) is null
    nullif(areas[1], 'Not applicable') as leadership_and_governance,
    coalesce(list_filter(areas, lambda area: area is not null and area <> 'Not applicable'), []) as report_card_areas,
    -- an area of which the file says neither a grade nor that it does not apply
    len(list_filter(areas, lambda area: area is null)) as report_card_areas_not_known,
    as_at
from with_areas
qualify row_number() over (
    partition by urn, inspection_date, if(framework in ('headline_grade', 'four_judgements'), 'graded', framework)
    order by as_at desc, is_of_list nulls first
) = 1
