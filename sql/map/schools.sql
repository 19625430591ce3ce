-- One row per school that is in need or high-performing by one definition at least. By definition: its status and reasons; of a school in need
-- whether it can be placed, and its number of partners, null where that is not known.
-- easting and northing are those of the place, where it has one: the edition without names makes of them a square.
with status as (
    select
        status.urn,
        map_from_entries(list((status.definition, status.status) order by status.definition)) as status,
        map_from_entries(list((status.definition, status.reasons) order by status.definition)) as reasons,
        map_from_entries(
            coalesce(
                list((need.definition, need.can_be_placed) order by need.definition) filter (where need.need_urn is not null), []
            )
        ) as can_be_placed,
        map_from_entries(
            coalesce(list((need.definition, need.partners) order by need.definition) filter (where need.need_urn is not null), [])
        ) as partners
    from mart.school_status as status
    left join mart.need as need on need.definition = status.definition and need.need_urn = status.urn
    group by status.urn
    having bool_or(status.status in ('in_need', 'high_performing'))
)

select
    school.urn as id,
    school.name,
    if(school.longitude is null, null, school.easting) as easting,
    if(school.longitude is null, null, school.northing) as northing,
    round(school.longitude, 4) as longitude,
    round(school.latitude, 4) as latitude,
    school.phase,
    school.setting,
    school.search_radius_miles,
    metres(school.search_radius_miles) as search_radius_m,
    school.la_ons_code as local_authority,
    school.constituency_code as constituency,
    school.region_code as region,
    school.trust_name as trust,
    status.status,
    status.reasons,
    status.can_be_placed,
    status.partners
from status
inner join mart.school as school on school.urn = status.urn
order by school.urn
