-- on: core.school
-- what: More than one in fifty of the mainstream schools of GIAS that were open a month before the newest Ofsted file, or one in ten of a few
-- schools, are not in it.
-- why: The Ofsted file is then cut off, or is of another year; changes of GIAS between the days of the two files explain a few.
-- do: Compare the number of rows of the Ofsted file with the one before (about 22,000); fetch it again.
with release as (
    select max(as_at) as as_at
    from raw.ofsted_inspection
),

mainstream as (
    select
        school.urn,
        listed.urn is not null as is_in_ofsted
    from core.school as school
    cross join release
    left join core.ofsted_listed as listed on listed.urn = school.urn
    where
        school.phase in ('primary', 'secondary')
        -- new schools are first inspected in their third year, and releases before September 2019 do not list them until then
        and coalesce(school.open_date <= release.as_at - if(release.as_at < '2019-09-01', interval 3 year, interval 1 month), true)
)

select
    count(*) as schools,
    count(*) filter (where not is_in_ofsted) as not_in_ofsted
from mainstream
-- of 17,769 in June 2017 108 (0.6 %), of 20,163 in August 2025 and May 2026 none
having count(*) = 0 or count(*) filter (where not is_in_ofsted) > least(0.1 * count(*), greatest(0.02 * count(*), 20))
