-- One row per area whose boundary has landed: its shape as GeoJSON, and where that stands in which file. A local authority whose code no boundary
-- has takes the one of its name, if that is of no other: ONS gives an authority a new code when its area changes (Barnsley and Sheffield in 2025),
-- and boundaries of another year have the other one.
with renamed as (
    select
        boundary.area_code as boundary_code,
        any_value(area.area_code) as area_code
    from raw.ons_boundary as boundary
    inner join mart.area_summary as area on area.area_type = 'local_authority' and lower(area.area_name) = lower(boundary.area_name)
    where
        boundary.area_type = 'local_authority'
        and boundary.area_code not in (select known.area_code from mart.area_summary as known)
        and area.area_code not in (select landed.area_code from raw.ons_boundary as landed)
    group by boundary.area_code
    having count(distinct area.area_code) = 1
)

select
    boundary.area_type,
    coalesce(renamed.area_code, boundary.area_code) as area_code,
    boundary.area_name,
    boundary.geometry,
    boundary.row_number,
    file.name
from raw.ons_boundary as boundary
left join renamed on renamed.boundary_code = boundary.area_code and boundary.area_type = 'local_authority'
left join landing.ons_file as file on file.sha256 = boundary.source_sha256
order by boundary.area_type, area_code
