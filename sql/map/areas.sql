-- One row per area of the map (regions, local authorities, constituencies), by name: the region in which most of its schools stand, and the local
-- authorities that its schools belong to, whose files a reader of the area fetches.
with standing as (
    select
        'region' as area_type,
        region_code as area_code,
        region_code,
        la_ons_code
    from mart.school
    union all
    select
        'local_authority' as area_type,
        la_ons_code as area_code,
        region_code,
        la_ons_code
    from mart.school
    union all
    select
        'constituency' as area_type,
        constituency_code as area_code,
        region_code,
        la_ons_code
    from mart.school
),

placed as (
    select
        area_type,
        area_code,
        mode(region_code) as region_code,
        list(distinct la_ons_code order by la_ons_code) as authorities
    from standing
    where area_code is not null
    group by area_type, area_code
)

select distinct
    summary.area_type,
    summary.area_code,
    summary.area_name,
    placed.region_code,
    placed.authorities
from mart.area_summary as summary
inner join placed on placed.area_type = summary.area_type and placed.area_code = summary.area_code
order by summary.area_name, summary.area_code
