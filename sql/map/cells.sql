-- One row per area and H3 cell that is drawn where no boundary of the area has landed. Cells are about as large as what they stand for; a cell of two
-- areas goes to the one with more schools in it.
with standing as (
    select
        'region' as area_type,
        region_code as area_code,
        h3_r5 as cell
    from mart.school
    union all
    select
        'local_authority' as area_type,
        la_ons_code as area_code,
        h3_r6 as cell
    from mart.school
    union all
    select
        'constituency' as area_type,
        constituency_code as area_code,
        h3_r6 as cell
    from mart.school
),

counted as (
    select
        area_type,
        area_code,
        cell,
        count(*) as schools
    from standing
    where area_code is not null and cell is not null
    group by area_type, area_code, cell
),

ranked as (
    select
        area_type,
        area_code,
        cell,
        row_number() over (partition by area_type, cell order by schools desc, area_code) as place
    from counted
)

select
    area_type,
    area_code,
    cell
from ranked
-- an area that has the most schools in none of its cells would not be drawn: it keeps them all
qualify place = 1 or min(place) over (partition by area_type, area_code) > 1
order by area_type, area_code, cell
