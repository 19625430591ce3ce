-- One row per local authority with education functions at the date of the GIAS extract: DfE number, ONS code, region.
-- Which authorities exist: our list (reference.local_authority), which knows the codes of 2017. What they are called, their ONS code and their
-- region: the lookup that was landed first, then our list.
with extract as (
    select max(as_at) as as_at from core.establishment
),

in_force as (
    select
        la_code,
        la_name,
        ons_code,
        region_code
    from reference.local_authority
    where
        (select extract.as_at from extract) between coalesce(valid_from, date '1900-01-01')
        and coalesce(valid_to, date '9999-12-31')
)

select
    in_force.la_code,
    coalesce(landed.la_name, in_force.la_name) as la_name,
    coalesce(landed.la_ons_code, in_force.ons_code) as la_ons_code,
    region.region_code,
    region.region_name
from in_force
left join raw.ons_local_authority as landed on landed.la_code = in_force.la_code
inner join reference.region as region on region.region_code = coalesce(landed.region_code, in_force.region_code)
