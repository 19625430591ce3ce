-- One row per H3 cell that covers the country, at resolution 5, 6 and 7: its centre, how far it reaches, and how many schools stand in it. The
-- macro cells_within answers from it which cells a radius around a cell can touch, so that no extension is needed.
with standing as (
    select
        h3_r5 as cell,
        urn
    from core.school
    union all
    select
        h3_r6 as cell,
        urn
    from core.school
    union all
    select
        h3_r7 as cell,
        urn
    from core.school
)

select
    printf('%x', cell.cell) as cell,
    cell.resolution,
    any_value(cell.longitude) as longitude,
    any_value(cell.latitude) as latitude,
    any_value(cell.reach_m) as reach_m,
    count(standing.urn) as schools
from core.cell as cell
left join standing on standing.cell = cell.cell
group by cell.cell, cell.resolution
order by cell.resolution, cell
