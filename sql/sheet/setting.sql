-- One row per setting in which a school stands: how far help may come from, the shortest way first.
select distinct
    setting,
    search_radius_miles
from mart.school
where search_radius_miles is not null
order by search_radius_miles
