-- on: core.school
-- what: "Most recent category of concern" in the newest Ofsted release says otherwise than what the latest inspection found, for more than half of
-- the schools of which one of the two tells a category.
-- why: The most recent one decides whether a school is in need, as a later visit can lift a category. One that is blank throughout lifts every
-- category, and one that has moved puts schools into special measures: both look like what a publisher says.
-- do: Compare both columns with the publisher's file; fetch it again. If it is right, allow it once: schoolmatch refresh --accept-changes.
with told as (
    select
        urn,
        case
            when report_card_inspection_date is null or report_card_inspection_date <= latest_inspection_date then latest_category_of_concern
            else report_card_category_of_concern
        end as found,
        nullif(current_category_of_concern, 'none') as today
    from raw.ofsted_inspection
    where as_at = (select max(every.as_at) from raw.ofsted_inspection as every) and current_category_of_concern is not null
),

differences as (
    select
        urn,
        'in none today, and found in one' as says,
        found is not null as is_told,
        today is null as differs
    from told
    union all
    select
        urn,
        'in one today, and found in none' as says,
        today is not null as is_told,
        found is null as differs
    from told
)

select
    says,
    count(*) as schools_in_a_category,
    count(*) filter (where differs) as schools,
    min(urn) filter (where differs) as first_urn
from differences
where is_told and not (select run.accepts_changes from landing.run as run)
group by says
-- in the release of May 2026 none of 261 differs
having count(*) filter (where differs) >= 5 and count(*) filter (where differs) > 0.5 * count(*)
