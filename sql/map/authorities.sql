-- One row per local authority with a school of any kind: the page asks for a file of each.
select distinct la_ons_code
from mart.school
order by la_ons_code
