-- One row per school and area it stands in: England, its region, its local authority, its constituency (ONS codes).
select
    urn,
    'country' as area_type,
    'E92000001' as area_code,
    'England' as area_name
from core.school
union all
select
    urn,
    'region' as area_type,
    region_code as area_code,
    region_name as area_name
from core.school
union all
select
    urn,
    'local_authority' as area_type,
    la_ons_code as area_code,
    la_name as area_name
from core.school
union all
select
    urn,
    'constituency' as area_type,
    constituency_code as area_code,
    constituency_name as area_name
from core.school
where constituency_code is not null
