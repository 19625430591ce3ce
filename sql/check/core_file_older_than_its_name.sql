-- on: core.school
-- what: Nothing in the newest Ofsted release happened in the four months before the day in its file's name, though it tells of more than half of
-- England's authorities.
-- why: An old file under a new name is shown as fresh; schools are inspected in every month but August.
-- do: Compare the day with the publisher's page, and name the file as it was published. If it is right, allow it once:
-- schoolmatch refresh --accept-changes.
with told as (
    select
        listed.as_at,
        school.la_code,
        greatest(listed.latest_inspection_date, listed.ungraded_inspection_date, listed.report_card_inspection_date) as happened
    from raw.ofsted_inspection as listed
    inner join core.school as school on school.urn = listed.urn
    where listed.as_at = (select max(every.as_at) from raw.ofsted_inspection as every)
)

select
    as_at,
    max(happened) as newest
from told
where not (select run.accepts_changes from landing.run as run)
group by as_at
-- 47, 0 and 96 days before in the releases of August 2025, June 2017 and (with few report cards) May 2026
having count(distinct la_code) > 75 and (max(happened) < as_at - interval 120 day or max(happened) is null)
