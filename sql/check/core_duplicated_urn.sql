-- on: core.school
-- what: A URN stands twice in core.school.
-- why: Every figure counts rows; a school that is there twice counts twice.
-- do: Look at the rows of core.establishment and the reference tables for that URN; two types or phases may match one school.
select
    urn,
    count(*) as rows
from core.school
group by urn
having count(*) > 1
