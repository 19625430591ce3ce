-- on: core.school
-- what: More than one school in a hundred has no place or no setting.
-- why: Such schools cannot be matched; a few are normal, many mean that a column has moved or a lookup is missing.
-- do: Look at easting, postcode and urban_rural_code of those schools; where GIAS has 2021 classes, land the LSOA lookup too.
select
    count(*) as schools,
    count(*) filter (where h3_r7 is null) as without_place,
    count(*) filter (where search_radius_miles is null) as without_setting
from core.school
having
    count(*) filter (where h3_r7 is null) > 0.01 * count(*)
    or count(*) filter (where search_radius_miles is null) > 0.01 * count(*)
