-- One row per school of the phase (of any, where $phase is null) within $miles of a point, the nearest first: what each definition finds of it.
-- $urn: the school that stands there, which is not near itself.
with nearby as (
    select
        urn,
        name,
        phase,
        la_name,
        trust_name,
        distance_miles
    from schools_within($longitude, $latitude, $miles)
    where urn is distinct from $urn and ($phase is null or phase = $phase)
),

found as (
    select
        urn,
        map(list(definition order by definition), list(status order by definition)) as status
    from mart.school_status
    group by urn
)

select
    nearby.urn,
    nearby.name,
    nearby.phase,
    nearby.la_name,
    nearby.trust_name,
    nearby.distance_miles,
    found.status
from nearby
left join found on found.urn = nearby.urn
order by nearby.distance_miles, nearby.urn
