-- on: core.school
-- what: More than one in two hundred of the schools of the newest Ofsted file, or one in fifty of a few schools, are not in the GIAS extract at all.
-- why: The extract is then cut off, or is of another year; a handful is normal (the two files are of different days).
-- do: Compare the number of rows of the GIAS file with the one before (about 52,000, open and closed; 25,000 where only open); fetch it again.
select
    count(*) as schools,
    count(*) filter (where establishment.urn is null) as not_in_gias
from core.ofsted_listed as listed
left join core.establishment as establishment on establishment.urn = listed.urn
-- in the files of June 2017, August 2025 and May 2026 it is none of 22,503, 21,990 and 21,990
having count(*) filter (where establishment.urn is null) > least(0.02 * count(*), greatest(0.005 * count(*), 20))
