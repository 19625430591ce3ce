-- One row per area whose boundary has landed: its shape as GeoJSON, and where that stands in which file.
select
    boundary.area_type,
    boundary.area_code,
    boundary.area_name,
    boundary.geometry,
    boundary.row_number,
    file.name
from raw.ons_boundary as boundary
left join landing.ons_file as file on file.sha256 = boundary.source_sha256
order by boundary.area_type, boundary.area_code
