-- One row per definition, school in need and H3 cell (resolution 7) within reach of it: the disk of its own radius around its own cell.
-- Made before the partners are looked up: in one three-way join DuckDB joins disks to all schools first, twenty times slower
-- (docs/engineering.md#order-of-the-join).
select
    status.definition,
    status.phase,
    status.urn as need_urn,
    school.easting,
    school.northing,
    metres(school.search_radius_miles) as radius_m,
    disk.cell
from match.school_status as status
inner join core.school as school on school.urn = status.urn
inner join match.h3_disk as disk
    on disk.origin_cell = school.h3_r7 and disk.search_radius_miles = school.search_radius_miles
where status.status = 'in_need'
