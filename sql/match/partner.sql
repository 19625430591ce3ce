-- One row per definition and high-performing school with a place: who could be a partner of whoever is near. Its own setting is not asked for,
-- since the radius is that of the school in need.
select
    status.definition,
    status.phase,
    status.urn as partner_urn,
    school.h3_r7,
    school.h3_r6,
    school.h3_r5,
    school.easting,
    school.northing
from match.school_status as status
inner join core.school as school on school.urn = status.urn
where status.status = 'high_performing' and school.h3_r7 is not null
