-- One row per search radius: the disk of H3 cells in which partners are looked up. Of the disks that surely reach as far
-- (docs/engineering.md#disks-of-h3-cells) it is the one with the least work: each of its cells is looked up, and the distance of every school
-- found there is measured.
with asked as (
    select distinct search_radius_miles
    from core.school
    where can_be_placed
),

-- high-performing schools per square metre of England (130,310 km2; ONS, Standard Area Measurements), of the definition and phase that has most
density as (
    select coalesce(max(schools), 0) / 130310e6 as schools_per_m2
    from (
        select count(*) as schools
        from match.partner
        group by definition, phase
    )
),

best as (
    select
        asked.search_radius_miles,
        arg_min(disk, (disk.cells * (1 + disk.cell_m2 * density.schools_per_m2), disk.cells)) as disk
    from asked
    cross join density
    left join reference.h3_disk as disk on disk.reach_m >= metres(asked.search_radius_miles)
    group by asked.search_radius_miles
)

select
    search_radius_miles,
    case
        when disk.resolution is not null then disk.resolution
        else error(format('no disk of reference.h3_disk reaches {} miles: set RINGS in transforms/disk_reach.py higher', search_radius_miles))
    end as resolution,
    disk.rings as rings
from best
order by search_radius_miles
