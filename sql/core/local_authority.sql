-- One row per local authority with education functions at the date of the GIAS extract: DfE number, ONS code, region; listed_by says who knows it.
-- Which authorities exist: our list (reference.local_authority), which knows the codes of 2017; and any number that open establishments of the
-- extract have, which that list has not on that day, where GIAS puts them into a region of England or gives an ONS code of an authority of England:
-- authorities are made anew by order (Surrey in 2027, most two-tier areas in 2028), and their schools are not lost meanwhile. What they are called,
-- their ONS code and their region: the lookup that was landed first, then GIAS (of a listed one the ONS code alone), then our list. An ONS code of
-- GIAS that another number has, or had, is the one of the authority before, which GIAS has not taken out yet: it is not believed, or the parts of
-- an authority that was split would be one area. But a new number with the name of a listed authority of that region, and no other code, is that
-- authority under a second number: one area. Where nobody tells the ONS code, DFE- and the number stand for it.
with extract as (
    select max(as_at) as as_at from raw.gias_establishment
),

in_force as (
    select
        la_code,
        la_name,
        ons_code,
        region_code,
        'list' as listed_by
    from reference.local_authority
    where
        (select extract.as_at from extract) between coalesce(valid_from, date '1900-01-01')
        and coalesce(valid_to, date '9999-12-31')
),

-- what open establishments say of their authority
told as (
    select
        establishment.la_code,
        mode(establishment.la_name) as la_name,
        mode(establishment.la_ons_code) filter (where regexp_matches(establishment.la_ons_code, '^E(06|08|09|10)[0-9]{6}$')) as ons_code,
        mode(region.region_code) as region_code
    from raw.gias_establishment as establishment
    left join reference.region as region on region.gor_code = establishment.gor_code
    inner join reference.establishment_status as status
        on
            status.is_open
            and (
                status.status_code = establishment.status_code
                or establishment.status_code is null and status.status_key = name_key(establishment.status_name)
            )
    -- under a number that is none of England's, whatever else is told, a school has a wrong one; the region alone may make it one of them
    where not (is_number_abroad(establishment.la_code) and (region.region_code is null or establishment.la_code = '000'))
    group by establishment.la_code
),

-- every number that an ONS code has, or had
number_of as (
    select
        la_code,
        la_name,
        ons_code,
        region_code
    from reference.local_authority
    union
    select
        la_code,
        la_name,
        la_ons_code as ons_code,
        region_code
    from raw.ons_local_authority
    union
    select
        la_code,
        la_name,
        ons_code,
        region_code
    from told
),

-- whether the ONS code that GIAS gives to a number is, or was, that of another number: of the same authority, or of another one
shared as (
    select
        told.la_code,
        bool_or(name_key(number_of.la_name) is distinct from name_key(told.la_name)) as is_of_another,
        any_value(number_of.region_code) as region_code
    from told
    inner join number_of on number_of.ons_code = told.ons_code and number_of.la_code <> told.la_code
    group by told.la_code
),

believed as (
    select
        told.la_code,
        told.la_name,
        coalesce(case when not coalesce(shared.is_of_another, false) then told.ons_code end, same.ons_code) as ons_code,
        coalesce(told.region_code, shared.region_code) as region_code
    from told
    left join shared on shared.la_code = told.la_code
    left join in_force as listed on listed.la_code = told.la_code
    left join in_force as same
        on
            listed.la_code is null
            and name_key(same.la_name) = name_key(told.la_name)
            and same.region_code = told.region_code
            and coalesce(told.ons_code = same.ons_code, true)
),

either as (
    select
        in_force.la_code,
        in_force.la_name,
        coalesce(believed.ons_code, in_force.ons_code) as ons_code,
        in_force.region_code,
        in_force.listed_by
    from in_force
    left join believed on believed.la_code = in_force.la_code
    union all
    select
        la_code,
        la_name,
        ons_code,
        region_code,
        'gias' as listed_by
    from believed
    where la_code not in (select known.la_code from in_force as known)
),

named as (
    select
        either.la_code,
        coalesce(landed.la_name, either.la_name, 'Authority ' || either.la_code) as la_name,
        coalesce(landed.la_ons_code, either.ons_code, 'DFE-' || either.la_code) as la_ons_code,
        coalesce(landed.region_code, either.region_code) as region_code,
        either.listed_by
    from either
    left join raw.ons_local_authority as landed on landed.la_code = either.la_code
)

-- of one authority under two numbers the name and region of the one in our list
select
    named.la_code,
    first(named.la_name) over of_code as la_name,
    named.la_ons_code,
    first(region.region_code) over of_code as region_code,
    first(region.region_name) over of_code as region_name,
    named.listed_by
from named
inner join reference.region as region on region.region_code = named.region_code
window of_code as (partition by named.la_ons_code order by named.listed_by desc, named.la_code)
