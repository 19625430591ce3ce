-- on: core.school
-- what: The grid reference of a school is not in England: outside the grid's coverage, or more than about five kilometres from any
-- English postcode.
-- why: A school in the sea is matched with nobody, and moves the medians of its area, without anybody noticing.
-- do: Look the school up in GIAS, report the mistake there; until it is mended, correct Easting and Northing in your copy of the file.
with inhabited as (
    -- 5 km squares of the National Grid with an English postcode, and the squares around them are allowed too
    select distinct
        easting // 5000 as square_e,
        northing // 5000 as square_n
    from raw.ons_postcode
    where district_code like 'E%'
),

near as (
    select distinct
        inhabited.square_e + step_e.step as square_e,
        inhabited.square_n + step_n.step as square_n
    from inhabited
    cross join (values (-1), (0), (1)) as step_e (step)
    cross join (values (-1), (0), (1)) as step_n (step)
),

source as (
    select max(file.name) as name
    from landing.gias_file as file
    where file.kind = 'gias_establishment'
)

select
    school.urn,
    school.name,
    school.easting,
    school.northing,
    source.name as file
from core.school as school
left join near on near.square_e = school.easting // 5000 and near.square_n = school.northing // 5000
cross join source
where
    school.easting is not null
    and (near.square_e is null or school.longitude is null or isnan(school.longitude))
