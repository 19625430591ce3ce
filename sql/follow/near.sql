-- One row per definition and school of the earlier vintage, in need or not: how many high-performing schools of its phase stood within its search
-- radius then. For schools in need this is their number of partners (sql/match/pair.sql), so that schools in need can be held against schools that
-- were not and had as many near. No row where its place is not known, or where it is not told which schools are high-performing.
with placed as (
    select
        status.definition,
        status.phase,
        status.urn,
        status.status,
        school.easting,
        school.northing,
        metres(school.search_radius_miles) as reach_m
    from earlier.school_status as status
    inner join earlier.school as school on school.urn = status.urn
    anti join earlier.question as question
        on
            question.definition = status.definition and question.phase = status.phase and question.question = 'high_performing'
            and question.withheld_because is not null
    where school.easting is not null and school.search_radius_miles is not null
)

select
    school.definition,
    school.urn,
    count(partner.urn) as high_performing
from placed as school
left join placed as partner
    on
        partner.definition = school.definition and partner.phase = school.phase and partner.status = 'high_performing' and partner.urn <> school.urn
        and abs(partner.easting - school.easting) <= school.reach_m and abs(partner.northing - school.northing) <= school.reach_m
        and grid_distance(partner.easting, partner.northing, school.easting, school.northing) <= school.reach_m
group by school.definition, school.urn
