-- on: core.school
-- what: More than one in ten open mainstream schools of GIAS are not in the newest Ofsted file.
-- why: The Ofsted file is then cut off, or is of another year; new schools and the days between the two files explain a few.
-- do: Compare the number of rows of the Ofsted file with the one before (about 22,000); fetch it again.
with mainstream as (
    select
        school.urn,
        listed.urn is not null as is_in_ofsted
    from core.school as school
    left join core.ofsted_listed as listed on listed.urn = school.urn
    where school.phase in ('primary', 'secondary')
)

select
    count(*) as schools,
    count(*) filter (where not is_in_ofsted) as not_in_ofsted
from mainstream
having count(*) = 0 or count(*) filter (where not is_in_ofsted) > 0.1 * count(*)
