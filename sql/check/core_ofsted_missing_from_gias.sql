-- on: core.school
-- what: More than one in fifty of the schools of the newest Ofsted file are not in the GIAS extract at all.
-- why: The extract is then cut off, or is of another year; a handful is normal (the two files are of different days).
-- do: Compare the number of rows of the GIAS file with the one before (about 52,000, open and closed; 25,000 where only open); fetch it again.
with newest as (
    select distinct ofsted.urn
    from raw.ofsted_inspection as ofsted
    where ofsted.as_at is not distinct from (select max(every.as_at) from raw.ofsted_inspection as every)
)

select
    count(*) as schools,
    count(*) filter (where establishment.urn is null) as not_in_gias
from newest
left join core.establishment as establishment on establishment.urn = newest.urn
having count(*) filter (where establishment.urn is null) > 0.02 * count(*)
