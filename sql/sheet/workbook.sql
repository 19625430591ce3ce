-- One row per workbook: England, each region, each local authority; parent_code is the region that an authority lies in.
select distinct
    area_type as kind,
    area_code as code,
    area_name as name,
    cast(null as varchar) as parent_code
from mart.area_summary
where area_type = 'country'
union all
select distinct
    'region' as kind,
    region_code as code,
    region_name as name,
    cast(null as varchar) as parent_code
from mart.school
union all
select
    'local_authority' as kind,
    la_ons_code as code,
    any_value(la_name) as name,
    any_value(region_code) as parent_code
from mart.school
group by la_ons_code
order by kind, name, code
