-- One row per school with a place: National Grid metres, from GIAS, else from the school's postcode (location_source says which).
-- A school with neither has no row, is published without a place, and can neither be matched nor match.
with schools as (
    select
        urn,
        easting,
        northing,
        postcode_key(postcode) as postcode,
        easting is not null and northing is not null as has_grid_reference
    from core.establishment
    where left_out_because is null
)

select
    urn,
    easting,
    northing,
    'grid_reference' as location_source
from schools
where has_grid_reference
union all
select
    schools.urn,
    place.easting,
    place.northing,
    'postcode' as location_source
from schools
inner join raw.ons_postcode as place on place.postcode = schools.postcode
where not schools.has_grid_reference
