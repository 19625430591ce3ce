-- One row per definition, school in need and partner, the nearest first.
select
    definition,
    need_urn,
    partner_urn,
    round(distance_miles, 2) as miles,
    round(similarity, 2) as likeness
from mart.match
order by definition, need_urn, distance_rank
