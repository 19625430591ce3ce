-- One row per school in England's state-funded schools: urban, semi-rural or rural, by which classification, and the search radius.
-- The 2011 class decides wherever it is known (in GIAS, else through the school's LSOA); the 2021 class is the fallback, because
-- it does not separate conurbations from smaller cities and towns. The mapping: reference.rural_urban_class; the rule:
-- docs/method/nearness.md#rural-urban-classes.
with classes as (
    select
        establishment.urn,
        establishment.urban_rural_code as gias_code,
        gias_class.edition as gias_edition,
        gias_class.setting as gias_setting,
        lsoa.rural_urban_code as lsoa_code,
        lsoa_class.setting as lsoa_setting
    from core.establishment as establishment
    left join reference.rural_urban_class as gias_class on gias_class.rural_urban_code = establishment.urban_rural_code
    left join core.lsoa_rural_urban as lsoa on lsoa.lsoa_code = establishment.lsoa_code
    left join reference.rural_urban_class as lsoa_class
        on lsoa_class.rural_urban_code = lsoa.rural_urban_code and lsoa_class.edition = '2011'
    where establishment.left_out_because is null
),

believed as (
    select
        urn,
        gias_code,
        gias_setting,
        lsoa_code,
        lsoa_setting,
        case
            when gias_edition = '2011' then 'gias_2011'
            when lsoa_setting is not null then 'lsoa_2011'
            when gias_edition = '2021' then 'gias_2021'
            else 'not_known'
        end as setting_source
    from classes
),

decided as (
    select
        urn,
        if(setting_source = 'lsoa_2011', lsoa_code, gias_code) as urban_rural_code,
        if(setting_source = 'lsoa_2011', lsoa_setting, gias_setting) as setting,
        setting_source
    from believed
)

select
    decided.urn,
    decided.urban_rural_code,
    decided.setting,
    decided.setting_source,
    radius.search_radius_miles
from decided
left join reference.setting as radius on radius.setting = decided.setting
