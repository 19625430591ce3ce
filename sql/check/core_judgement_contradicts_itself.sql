-- on: core.school
-- what: Inspections of the newest Ofsted release contradict themselves: one that began at a weekend, was published before it began, or is no older
-- than the one after it; a grade that Ofsted's rules do not allow beside its other judgements, or that it gives no more; a school that was
-- inspected before it opened, or under the URN of a school that it does not continue.
-- why: Columns that were sorted apart from the others, moved by a row, swapped or filled down give schools the judgements of others: every value
-- looks like what a publisher says.
-- do: Compare the rows with the publisher's file; fetch it again. If it is right, allow it once: schoolmatch refresh --accept-changes.
with release as (
    select *
    from raw.ofsted_inspection
    where as_at = (select max(every.as_at) from raw.ofsted_inspection as every) and as_at >= '2019-09-01'
),

inspection as (
    select
        'latest' as inspection,
        urn,
        latest_inspection_date as inspection_date,
        latest_publication_date as publication_date,
        latest_urn as inspected_urn,
        latest_overall_effectiveness as overall,
        latest_category_of_concern as category,
        latest_quality_of_education as quality,
        [latest_quality_of_education, latest_behaviour_and_attitudes, latest_personal_development, latest_leadership_and_management] as judgements,
        latest_safeguarding as safeguarding
    from release
    union all
    select
        'previous' as inspection,
        urn,
        previous_inspection_date as inspection_date,
        previous_publication_date as publication_date,
        previous_urn as inspected_urn,
        previous_overall_effectiveness as overall,
        previous_category_of_concern as category,
        previous_quality_of_education as quality,
        [previous_quality_of_education, previous_behaviour_and_attitudes, previous_personal_development, previous_leadership_and_management]
            as judgements,
        previous_safeguarding as safeguarding
    from release
    union all
    select
        'report card' as inspection,
        urn,
        report_card_inspection_date as inspection_date,
        report_card_publication_date as publication_date,
        report_card_urn as inspected_urn,
        null as overall,
        null as category,
        null as quality,
        [] as judgements,
        null as safeguarding
    from release
),

graded as (
    select
        *,
        -- what its judgements allow: Ofsted finds a school inadequate where, and only where, it finds it so in one of them
        case when list_count(judgements) = 4 then list_max(judgements) = 4 end as has_inadequate
    from inspection
),

asked as (
    select
        inspection,
        urn,
        'it began at a weekend' as problem,
        dayofweek(inspection_date) in (0, 6) as is_so
    from graded
    where inspection_date is not null
    union all
    select
        inspection,
        urn,
        'it was published before it began' as problem,
        publication_date < inspection_date as is_so
    from graded
    where publication_date is not null and inspection_date is not null
    union all
    select
        'previous' as inspection,
        urn,
        'it is not before the latest' as problem,
        previous_inspection_date >= latest_inspection_date as is_so
    from release
    where previous_inspection_date is not null and latest_inspection_date is not null
    union all
    select
        'ungraded' as inspection,
        urn,
        'it is not after the latest' as problem,
        ungraded_inspection_date <= latest_inspection_date as is_so
    from release
    where ungraded_inspection_date is not null and latest_inspection_date is not null
    union all
    select
        inspection,
        urn,
        'a better grade than that of quality of education' as problem,
        overall < quality as is_so
    from graded
    where overall is not null and quality is not null
    union all
    -- of earlier inspections it is one in ten: safeguarding or leadership decided
    select
        inspection,
        urn,
        'a worse grade than that of quality of education' as problem,
        overall > quality as is_so
    from graded
    where inspection = 'latest' and overall is not null and quality is not null
    union all
    select
        inspection,
        urn,
        'inadequate, and in none of its judgements' as problem,
        not has_inadequate as is_so
    from graded
    where overall = 4 and has_inadequate is not null
    union all
    select
        inspection,
        urn,
        'a category of concern, and not inadequate' as problem,
        coalesce(overall < 4, not has_inadequate, false) as is_so
    from graded
    where category is not null
    union all
    select
        inspection,
        urn,
        'safeguarding that is not effective, and not inadequate' as problem,
        coalesce(overall < 4, not has_inadequate, false) as is_so
    from graded
    where safeguarding = 'No'
    union all
    -- from September 2024 on Ofsted gives none to schools that the state funds
    select
        inspection,
        urn,
        'a grade of a kind that was given until summer 2024' as problem,
        overall is not null as is_so
    from graded
    where inspection_date >= '2024-09-01'
    union all
    select
        graded.inspection,
        graded.urn,
        'a school that was inspected before it opened' as problem,
        graded.inspection_date < school.open_date as is_so
    from graded
    inner join core.school as school on school.urn = graded.urn
    where graded.inspected_urn = graded.urn
    union all
    select
        graded.inspection,
        graded.urn,
        'another school than that of the row, or one before it' as problem,
        graded.inspected_urn <> graded.urn and predecessor.urn is null as is_so
    from graded
    inner join core.school as school on school.urn = graded.urn
    left join core.predecessor as predecessor
        on predecessor.urn = graded.urn and predecessor.predecessor_urn = graded.inspected_urn
    where graded.inspected_urn is not null and exists (select 1 from raw.gias_link)
)

select
    inspection,
    problem,
    count(*) as inspections,
    count(*) filter (where is_so) as of_them,
    min(urn) filter (where is_so) as first_urn
from asked
where not (select run.accepts_changes from landing.run as run)
group by inspection, problem
-- in the release of August 2025, of 21,887 latest and 21,285 previous inspections: 9 of another school, 1 before it opened, 1 better than quality of
-- education (of 11,700), and of the rest none; worse than it are 109 of 9,825. Of invented schools four in a thousand are not linked to where they
-- were inspected
having count(*) filter (where is_so) > greatest(if(starts_with(problem, 'a worse grade'), 0.05, 0.01) * count(*), 5)
