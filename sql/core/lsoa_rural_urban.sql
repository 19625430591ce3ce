-- One row per small area (LSOA) of 2021, and of 2011 where the code is no longer in use: its rural-urban class of 2011.
-- A lookup that was landed ready made is believed first; else the class of the LSOA of 2011 is carried over by ONS's exact-fit lookup.
-- An LSOA of 2021 that was put together from areas of several classes has none: its class of 2021 is the fallback (core.school_setting).
with carried_over as (
    select
        change.lsoa_2021_code as lsoa_code,
        case when min(class.rural_urban_code) = max(class.rural_urban_code) then min(class.rural_urban_code) end as rural_urban_code
    from raw.ons_lsoa_2011_2021 as change
    inner join raw.ons_rural_urban_2011 as class on class.lsoa_2011_code = change.lsoa_2011_code
    group by change.lsoa_2021_code
),

in_order_of_belief as (
    select
        lsoa_code,
        rural_urban_code,
        1 as belief
    from raw.ons_rural_urban
    union all
    select
        lsoa_code,
        rural_urban_code,
        2 as belief
    from carried_over
    union all
    select
        lsoa_2011_code as lsoa_code,
        rural_urban_code,
        3 as belief
    from raw.ons_rural_urban_2011
)

select
    lsoa_code,
    rural_urban_code
from in_order_of_belief
qualify row_number() over (partition by lsoa_code order by belief) = 1
