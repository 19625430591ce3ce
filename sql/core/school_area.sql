-- One row per school and area it counts in: England, the region of its local authority, its local authority, the constituency it stands in (ONS
-- codes; docs/method/universe.md#areas).
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
