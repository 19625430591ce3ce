-- One row per definition, school in need and high-performing school of its phase within its radius: candidates by H3 cell, then the exact
-- distance on the National Grid, the radius included.
with candidates as (
    select
        need.definition,
        need.phase,
        need.need_urn,
        partner.partner_urn,
        need.radius_m,
        grid_distance(need.easting, need.northing, partner.easting, partner.northing) as distance_m
    from match.need_cell as need
    inner join match.partner as partner
        on
            partner.cell = need.cell
            and partner.definition = need.definition
            and partner.phase = need.phase
)

select
    definition,
    phase,
    need_urn,
    partner_urn,
    distance_m
from candidates
where distance_m <= radius_m
