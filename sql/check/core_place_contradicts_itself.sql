-- on: core.school
-- what: More than one school in a hundred stands over two kilometres from its postcode; more than eight are in a small area (LSOA) that is urban
-- where GIAS says rural, or the other way round; or more than twelve are twice as far from the middle of their constituency as from another's.
-- why: Coordinates, small areas or constituencies that have moved by a row, or were rounded or filled down, put schools where others stand: each
-- looks like a place, and the partners that are found near it are near another.
-- do: Compare Easting, Northing, Postcode, LSOA (code), UrbanRural (code) and ParliamentaryConstituency (code) with the publisher's file; fetch it
-- again. If it is right, allow it once: schoolmatch refresh --accept-changes.
with school as (
    select
        establishment.urn,
        establishment.easting,
        establishment.northing,
        postcode_key(establishment.postcode) as postcode,
        establishment.lsoa_code,
        establishment.urban_rural_code,
        establishment.constituency_code
    from core.establishment as establishment
    inner join core.school as school on school.urn = establishment.urn
),

-- the middle of a constituency: of its schools
middle as (
    select
        constituency_code,
        median(easting) as easting,
        median(northing) as northing
    from school
    where constituency_code is not null and easting is not null and northing is not null
    group by constituency_code
),

from_middle as (
    select
        school.urn,
        min(grid_distance(school.easting, school.northing, middle.easting, middle.northing)) as to_nearest,
        min(grid_distance(school.easting, school.northing, middle.easting, middle.northing)) filter (
            where middle.constituency_code = school.constituency_code
        ) as to_own
    from school
    cross join middle
    where school.easting is not null and school.northing is not null and school.constituency_code is not null
    group by school.urn
),

asked as (
    select
        school.urn,
        'over 2 km from its postcode' as problem,
        grid_distance(school.easting, school.northing, place.easting, place.northing) > 2000 as is_so,
        0.01 as share
    from school
    inner join raw.ons_postcode as place on place.postcode = school.postcode
    where school.easting is not null and school.northing is not null
    union all
    select
        school.urn,
        'urban by its small area or by GIAS, and rural by the other' as problem,
        starts_with(by_area.rural_urban_name, 'Urban') <> starts_with(by_gias.rural_urban_name, 'Urban') as is_so,
        0.08 as share
    from school
    inner join core.lsoa_rural_urban as area on area.lsoa_code = school.lsoa_code
    inner join reference.rural_urban_class as by_area on by_area.rural_urban_code = area.rural_urban_code
    inner join reference.rural_urban_class as by_gias on by_gias.rural_urban_code = school.urban_rural_code
    union all
    select
        urn,
        'twice as far from the middle of its constituency as from another' as problem,
        to_own > 2 * to_nearest as is_so,
        0.12 as share
    from from_middle
)

select
    problem,
    count(*) as schools,
    count(*) filter (where is_so) as of_them,
    min(urn) filter (where is_so) as first_urn
from asked
where not (select run.accepts_changes from landing.run as run)
group by problem, share
-- in the extract of September 2025 52 of 22,061 (0.2 %) stand further; 2.4 % are told otherwise, as the two are of 2011 and of 2021; 4.5 % are nearer
-- to another, and 31 % where each school has the constituency of the row above
having count(*) filter (where is_so) > greatest(share * count(*), 20)
