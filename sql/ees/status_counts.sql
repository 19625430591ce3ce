-- One row per definition, phase, area and status (all that are asked first, as Total): how many schools have it, and their share.
with counted as (
    select
        area.definition,
        area.phase,
        area.area_type,
        area.area_code,
        area.schools,
        status.place,
        status.status,
        case status.status
            when 'Total' then area.schools
            when 'High-performing' then area.high_performing
            when 'In need' then area.in_need
            when 'Neither' then area.schools - area.high_performing - area.in_need
        end as schools_of_status
    from mart.area_summary as area
    cross join (values (1, 'Total'), (2, 'High-performing'), (3, 'In need'), (4, 'Neither')) as status (place, status)
)

select
    definition,
    phase,
    area_type,
    area_code,
    status,
    schools_of_status as establishment_count,
    percent_of(schools_of_status, schools) as establishment_percent
from counted
order by definition, phase, area_type, area_code, place
