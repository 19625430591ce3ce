-- on: mart.area_summary
-- what: What is counted of a region is not the sum of its local authorities, or an authority has schools in two regions.
-- why: A school counts in the region of its authority, wherever it stands: regions are made of authorities, and who adds them up must get the region.
-- do: Look at core.local_authority, which gives each authority its region, and at core.school_area.
with authority as (
    select distinct
        la_ons_code,
        region_code
    from mart.school
),

summed as (
    select
        area.definition,
        area.phase,
        authority.region_code,
        sum(area.schools) as schools,
        sum(area.high_performing) as high_performing,
        sum(area.in_need) as in_need
    from mart.area_summary as area
    inner join authority on authority.la_ons_code = area.area_code
    where area.area_type = 'local_authority'
    group by area.definition, area.phase, authority.region_code
),

region as (
    select
        definition,
        phase,
        area_code as region_code,
        schools,
        high_performing,
        in_need
    from mart.area_summary
    where area_type = 'region'
)

select
    coalesce(region.definition, summed.definition) as definition,
    coalesce(region.phase, summed.phase) as phase,
    coalesce(region.region_code, summed.region_code) as region_code,
    region.schools,
    summed.schools as schools_of_authorities,
    region.high_performing,
    summed.high_performing as high_performing_of_authorities,
    region.in_need,
    summed.in_need as in_need_of_authorities
from region
full join summed on summed.definition = region.definition and summed.phase = region.phase and summed.region_code = region.region_code
where
    region.schools is distinct from summed.schools
    or region.high_performing is distinct from summed.high_performing
    or region.in_need is distinct from summed.in_need
