-- One row per search radius: the disk of H3 cells in which partners are looked up. Of the disks that surely reach as far
-- (docs/engineering.md#disks-of-h3-cells) it is the one with the least work: each of its cells is looked up, and the distance of every school
-- found there is measured.
with asked as (
    select distinct search_radius_miles
    from core.school
    where can_be_placed
),

high_performing as (
    select count(*) as schools
    from match.partner
    group by definition, phase
),

-- of the definition and phase that has most of them, per square metre of England (130,310 km2; ONS, Standard Area Measurements)
density as (
    select coalesce(max(high_performing.schools), 0) / 130310e6 as schools_per_m2
    from high_performing
),

best as (
    select
        asked.search_radius_miles,
        arg_min(
            struct_pack(resolution := disk.resolution, rings := disk.rings),
            (disk.cells * (1 + disk.cell_m2 * density.schools_per_m2), disk.cells)
        ) as chosen
    from asked
    cross join density
    left join reference.h3_disk as disk on disk.reach_m >= metres(asked.search_radius_miles)
    group by asked.search_radius_miles
)

select
    best.search_radius_miles,
    coalesce(
        best.chosen.resolution,
        error(
            'no disk of reference.h3_disk reaches ' || cast(best.search_radius_miles as varchar)
            || ' miles: set RINGS in transforms/disk_reach.py higher'
        )
    ) as resolution,
    best.chosen.rings as rings
from best
order by best.search_radius_miles
