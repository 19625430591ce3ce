-- One row per definition and school in need with nobody in range: the nearest high-performing school of its phase at any distance (equal
-- distances by URN; null where none of the phase has a place), and how many such schools stand in its H3 cell of resolution 5 (about 10 miles
-- across). A school whose place or setting is not known is not here: whether somebody is near cannot be told.
with alone as (
    select
        need.definition,
        need.phase,
        need.need_urn,
        school.search_radius_miles,
        school.easting,
        school.northing,
        school.h3_r5
    from match.need as need
    inner join core.school as school on school.urn = need.need_urn
    where need.partners = 0
),

measured as (
    select
        alone.definition,
        alone.need_urn,
        partner.partner_urn,
        grid_distance(alone.easting, alone.northing, partner.easting, partner.northing) as distance_m
    from alone
    inner join match.partner as partner on partner.definition = alone.definition and partner.phase = alone.phase
),

nearest as (
    select
        definition,
        need_urn,
        partner_urn,
        distance_m
    from measured
    qualify row_number() over (partition by definition, need_urn order by distance_m, partner_urn) = 1
)

select
    alone.definition,
    alone.phase,
    alone.need_urn,
    alone.search_radius_miles,
    nearest.partner_urn as nearest_urn,
    nearest.distance_m,
    nearest.distance_m / metres(1) as distance_miles,
    printf('%x', alone.h3_r5) as h3_r5,
    cast(count(*) over (partition by alone.definition, alone.phase, alone.h3_r5) as integer) as schools_in_cell
from alone
left join nearest on nearest.definition = alone.definition and nearest.need_urn = alone.need_urn
order by alone.definition, alone.phase, alone.need_urn
