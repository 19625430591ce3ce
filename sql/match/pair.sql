-- One row per definition, school in need and high-performing school of its phase within its radius: candidates by H3 cell, then the exact
-- distance on the National Grid, the radius included. Of the steps some are materialised, since in one join of three DuckDB would join the disks
-- to all schools first, twenty times slower (docs/engineering.md#order-of-the-join).
with need as (
    select
        status.definition,
        status.phase,
        status.urn as need_urn,
        school.easting,
        school.northing,
        metres(school.search_radius_miles) as radius_m,
        disk.rings,
        cell_at(disk.resolution, school.h3_r7, school.h3_r6, school.h3_r5) as own_cell
    from match.school_status as status
    inner join core.school as school on school.urn = status.urn
    inner join match.disk as disk on disk.search_radius_miles = school.search_radius_miles
    where status.status = 'in_need' and school.can_be_placed
),

cell_of_need as (
    select distinct
        own_cell,
        rings
    from need
),

-- the disk of a cell, once for all schools that stand in it
disk as materialized (
    select
        own_cell,
        rings,
        unnest(h3_grid_disk(own_cell, rings)) as cell
    from cell_of_need
),

near_need as materialized (
    select
        need.*,
        disk.cell
    from need
    inner join disk on disk.own_cell = need.own_cell and disk.rings = need.rings
),

used as (
    select distinct resolution
    from match.disk
),

-- a cell's number says its resolution: those of another never meet
partner as (
    select
        partner.*,
        cell_at(used.resolution, partner.h3_r7, partner.h3_r6, partner.h3_r5) as cell
    from match.partner as partner
    cross join used
),

candidate as (
    select
        need.definition,
        need.phase,
        need.need_urn,
        partner.partner_urn,
        need.radius_m,
        grid_distance(need.easting, need.northing, partner.easting, partner.northing) as distance_m
    from near_need as need
    inner join partner
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
    distance_m,
    radius_m
from candidate
where distance_m <= radius_m
