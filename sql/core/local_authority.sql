-- One row per local authority with education functions at the date of the GIAS extract: DfE number, ONS code, region; listed_by says who knows it.
-- Which authorities exist: our list (reference.local_authority), which knows the codes of 2017; and any number that open establishments of the
-- extract have, which that list has not on that day, where GIAS puts them into a region of England: authorities
-- are made anew by order (Surrey in 2027, most two-tier areas in 2028), and their schools are not lost meanwhile. What they are called, their ONS
-- code and their region: the lookup that was landed first, then our list, then GIAS. Where nobody tells the ONS code, DFE- and the number stand
-- for it. An ONS code that another number has is the one of the authority before, which GIAS has not taken out yet: it is not believed, or the
-- parts of an authority that was split would be one area.
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

told as (
    select
        establishment.la_code,
        mode(establishment.la_name) as la_name,
        mode(establishment.la_ons_code) as ons_code,
        mode(region.region_code) as region_code,
        'gias' as listed_by
    from raw.gias_establishment as establishment
    left join reference.region as region on region.gor_code = establishment.gor_code
    where
        (
            establishment.status_code in ('1', '3')
            or establishment.status_code is null and name_key(establishment.status_name) in ('open', 'open but proposed to close')
        )
        and establishment.la_code not in (select known.la_code from in_force as known)
    group by establishment.la_code
    having mode(region.region_code) is not null
),

ons_code_of as (
    select
        la_code,
        ons_code
    from reference.local_authority
    union
    select
        la_code,
        la_ons_code as ons_code
    from raw.ons_local_authority
    union
    select
        la_code,
        ons_code
    from told
),

doubtful as (
    select told.la_code
    from told
    inner join ons_code_of as other on other.ons_code = told.ons_code and other.la_code <> told.la_code
),

believed as (
    select
        la_code,
        la_name,
        case when la_code not in (select doubtful.la_code from doubtful) then ons_code end as ons_code,
        region_code,
        listed_by
    from told
),

either as (
    from in_force
    union all by name
    from believed
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
