-- on: core.school
-- what: An inspection took place, or an open school opened, after the date of the file that tells it.
-- why: It is a slip of the pen or a wrong column; a latest inspection in the future would hide the true one.
-- do: Look the school up on Ofsted's or GIAS's page, report the mistake; until it is mended, correct the date in your copy of the file.
select
    inspection.urn,
    'inspection' as event,
    inspection.inspection_date as date,
    inspection.as_at as file_as_at
from core.inspection as inspection
where inspection.inspection_date > inspection.as_at
union all
select
    school.urn,
    'opened' as event,
    school.open_date as date,
    establishment.as_at as file_as_at
from core.school as school
inner join core.establishment as establishment on establishment.urn = school.urn
where school.open_date > establishment.as_at + interval 31 day
