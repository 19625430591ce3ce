-- One row per setting that a school has: how far help may come from, the nearest first.
select distinct
    setting,
    search_radius_miles
from mart.school
where setting is not null and search_radius_miles is not null
order by search_radius_miles
