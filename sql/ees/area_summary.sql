-- One row per definition, phase and area, as mart.area_summary has it: its figures, and time, place and filters by the standard's columns.
-- Names of constituencies are those of their boundaries where these have landed: GIAS writes two of them otherwise.
with authority as (
    select  -- of one authority all schools say the same
        la_ons_code,
        min(la_code) as la_code,
        min(region_code) as region_code,
        min(region_name) as region_name
    from mart.school
    group by la_ons_code
),

titled as (
    select distinct
        definition,
        title
    from mart.definition
),

name as (
    select
        definition,
        if(count(*) over (partition by title) > 1, title || ' (' || definition || ')', title) as title
    from titled
)

select
    area.*,
    year(coalesce(refresh.gias_as_at, refresh.started_at)) as time_period,
    'Reporting year' as time_identifier,
    strftime(coalesce(refresh.gias_as_at, refresh.started_at), '%Y-%m-%d') as schools_date,
    coalesce(strftime(refresh.ofsted_as_at, '%Y-%m-%d'), 'x') as inspections_date,
    case area.area_type
        when 'country' then 'National'
        when 'region' then 'Regional'
        when 'local_authority' then 'Local authority'
        when 'constituency' then 'Parliamentary constituency'
    end as geographic_level,
    'E92000001' as country_code,
    'England' as country_name,
    if(area.area_type = 'region', area.area_code, authority.region_code) as region_code,
    if(area.area_type = 'region', area.area_name, authority.region_name) as region_name,
    authority.la_code as old_la_code,
    if(area.area_type = 'local_authority', area.area_code, null) as new_la_code,
    if(area.area_type = 'local_authority', area.area_name, null) as la_name,
    if(area.area_type = 'constituency', area.area_code, null) as pcon_code,
    if(area.area_type = 'constituency', coalesce(boundary.area_name, area.area_name), null) as pcon_name,
    name.title as definition_title,
    upper(area.phase[1]) || replace(area.phase[2:], '_', ' ') as education_phase
from mart.area_summary as area
cross join mart.refresh as refresh
inner join name on name.definition = area.definition
left join authority on area.area_type = 'local_authority' and authority.la_ons_code = area.area_code
left join raw.ons_boundary as boundary on boundary.area_type = area.area_type and boundary.area_code = area.area_code
order by
    list_position(['country', 'region', 'local_authority', 'constituency'], area.area_type),
    area.definition,
    area.phase,
    area.area_code
