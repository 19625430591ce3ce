-- One row per local authority with education functions at the date of the GIAS extract: DfE number, ONS code, region; listed_by says who knows it.
-- Which authorities exist: our list (reference.local_authority), which knows the codes of 2017; and any number that open establishments of the
-- extract have, which that list has not on that day, where GIAS puts them into a region of England or gives an ONS code of an authority of England:
-- authorities are made anew by order (Surrey in 2027, most two-tier areas in 2028), and their schools are not lost meanwhile. What they are called,
-- their ONS code and their region: the lookup that was landed first, then GIAS (of a listed one the ONS code alone), then our list. An ONS code of
-- GIAS that another number has, or had, is the one of the authority before, which GIAS has not taken out yet: it is not believed, or the parts of
-- an authority that was split would be one area. Where nobody tells the ONS code, DFE- and the number stand for it.
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
    where
        establishment.status_code in ('1', '3')
        or establishment.status_code is null and name_key(establishment.status_name) in ('open', 'open but proposed to close')
    group by establishment.la_code
),

-- every number that an ONS code has, or had
number_of as (
    select
        la_code,
        ons_code,
        region_code
    from reference.local_authority
    union
    select
        la_code,
        la_ons_code as ons_code,
        region_code
    from raw.ons_local_authority
    union
    select
        la_code,
        ons_code,
        region_code
    from told
),

believed as (
    select
        told.la_code,
        any_value(told.la_name) as la_name,
        if(count(number_of.la_code) = 0, any_value(told.ons_code), null) as ons_code,
        coalesce(any_value(told.region_code), any_value(number_of.region_code)) as region_code
    from told
    left join number_of on number_of.ons_code = told.ons_code and number_of.la_code <> told.la_code
    group by told.la_code
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
)

select
    either.la_code,
    coalesce(landed.la_name, either.la_name, 'Authority ' || either.la_code) as la_name,
    coalesce(landed.la_ons_code, either.ons_code, 'DFE-' || either.la_code) as la_ons_code,
    region.region_code,
    region.region_name,
    either.listed_by
from either
left join raw.ons_local_authority as landed on landed.la_code = either.la_code
inner join reference.region as region on region.region_code = coalesce(landed.region_code, either.region_code)
