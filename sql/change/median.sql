-- One row per definition, phase and area whose median number of partners differs between the two refreshes, with the causes, the one that
-- accounts for most schools first.
with school_at_either_time as (
    select distinct
        urn,
        phase,
        unnest(['E92000001', region_code, la_ons_code, constituency_code]) as area_code
    from (
        from mart.school
        union all by name
        from previous.school
    ) as school
),

involved as (
    select
        definition,
        urn,
        'schools_in_need_changed' as cause
    from change.status
    where 'in_need' in (status_before, status_now)
    union all
    select
        definition,
        urn,
        'partners_changed' as cause
    from change.partner
    union all
    select
        status.definition,
        status.urn,
        unnest([
            case when list_contains(school.abouts, 'area') and school.was_there then 'schools_elsewhere' end,
            case when list_has_any(school.abouts, ['place', 'radius']) then 'moved' end
        ]) as cause
    from mart.school_status as status
    inner join change.school as school on school.urn = status.urn
    where status.status = 'in_need'
),

counted as (
    select
        involved.definition,
        school.phase,
        school.area_code,
        involved.cause,
        count(distinct involved.urn) as schools
    from involved
    inner join school_at_either_time as school on school.urn = involved.urn
    where involved.cause is not null
    group by all
)

select
    'figures' as heading,
    'median_moved' as change,
    value.definition,
    value.phase,
    value.area_type,
    value.area_code,
    area.area_name as name,
    format('{:g}', cast(value.before as double)) as before,
    format('{:g}', cast(value.now as double)) as now,
    coalesce(
        list(counted.cause order by counted.schools desc, counted.cause) filter (counted.cause is not null), [any_value(otherwise.cause)]
    ) as causes,
    string_agg(
        replace(counted.cause, '_', ' ') || ': ' || counted(counted.schools, 'school'), '; ' order by counted.schools desc, counted.cause
    ) as detail
from change.value as value
inner join mart.area_summary as area
    on area.definition = value.definition and area.phase = value.phase and area.area_type = value.area_type and area.area_code = value.area_code
cross join change.unexplained as otherwise
left join counted on counted.definition = value.definition and counted.phase = value.phase and counted.area_code = value.area_code
where value.about = 'median' and value.was_there and value.is_there
group by all
