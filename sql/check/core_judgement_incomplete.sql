-- on: core.school
-- what: Inspections of the newest Ofsted release lack what every one of them has: a date; a grade, or "Not judged"; since October 2019 quality of
-- education and leadership; a category of concern where it found the school inadequate; of a report card the areas that every school has.
-- why: A column that is emptied, in whole or in part, or that has a new word for nothing, makes hundreds of schools neither in need nor
-- high-performing, and what is not there looks like what was never judged.
-- do: Compare the column with the publisher's file; fetch it again. If it is right, allow it once: schoolmatch refresh --accept-changes.
with release as (
    select *
    from raw.ofsted_inspection
    -- what earlier releases lack (categories of concern, other judgements) is known of them
    where as_at = (select max(every.as_at) from raw.ofsted_inspection as every) and as_at >= '2019-09-01'
),

inspection as (
    select
        'latest' as inspection,
        urn,
        latest_inspection_date as inspection_date,
        latest_overall_effectiveness as overall,
        latest_overall_effectiveness_missing as overall_missing,
        latest_category_of_concern as category,
        latest_quality_of_education as quality,
        latest_leadership_and_management as leadership
    from release
    union all
    select
        'previous' as inspection,
        urn,
        previous_inspection_date as inspection_date,
        previous_overall_effectiveness as overall,
        previous_overall_effectiveness_missing as overall_missing,
        previous_category_of_concern as category,
        previous_quality_of_education as quality,
        previous_leadership_and_management as leadership
    from release
),

asked as (
    select
        inspection,
        urn,
        'an inspection date' as lacks,
        inspection_date is not null as has_it
    from inspection
    where overall_missing = 'no_headline_grade' or coalesce(overall, quality, leadership) is not null
    union all
    select
        inspection,
        urn,
        'a grade, or that there is none' as lacks,
        overall is not null or coalesce(overall_missing = 'no_headline_grade', false) as has_it
    from inspection
    where inspection_date is not null
    union all
    select
        inspection,
        urn,
        'quality of education' as lacks,
        quality is not null as has_it
    from inspection
    where inspection_date >= '2019-10-01'
    union all
    select
        inspection,
        urn,
        'leadership and management' as lacks,
        leadership is not null as has_it
    from inspection
    where inspection_date >= '2019-10-01'
    union all
    select
        inspection,
        urn,
        'a category of concern' as lacks,
        category is not null as has_it
    from inspection
    where overall = 4
    union all
    select
        'report card' as inspection,
        urn,
        unnest([
            'leadership and governance', 'inclusion', 'curriculum and teaching', 'achievement', 'attendance and behaviour', 'personal development'
        ]) as lacks,
        unnest([
            report_card_leadership_and_governance is not null,
            report_card_inclusion is not null,
            report_card_curriculum_and_teaching is not null,
            report_card_achievement is not null,
            report_card_attendance_and_behaviour is not null,
            report_card_personal_development is not null
        ]) as has_it
    from release
    where report_card_inspection_date is not null
)

select
    inspection,
    lacks,
    count(*) as inspections,
    count(*) filter (where not has_it) as without,
    min(urn) filter (where not has_it) as first_urn
from asked
where not (select run.accepts_changes from landing.run as run)
group by inspection, lacks
-- in the releases of August 2025 and May 2026 none is without
having
    count(*) filter (where not has_it) > greatest(0.005 * count(*), 20)
    -- a small file may be without any category (transforms/layouts/ofsted_inspection.toml), but not with inadequate schools in it
    or lacks = 'a category of concern' and count(*) >= 5 and not bool_or(has_it)
