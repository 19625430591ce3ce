-- One row per definition, phase and area whose median number of partners differs between the two refreshes, with the causes, the one that
-- accounts for most schools first.
with other_median as (
    select
        now.definition,
        now.phase,
        now.area_type,
        now.area_code,
        now.area_name,
        before.partners_median as median_before,
        now.partners_median as median_now
    from mart.area_summary as now
    inner join previous.area_summary as before
        on
            before.definition = now.definition
            and before.phase = now.phase
            and before.area_type = now.area_type
            and before.area_code = now.area_code
    where now.partners_median is distinct from before.partners_median
),

area_of_school as (
    select
        urn,
        area_type,
        area_code
    from (
        select
            urn,
            'E92000001' as country,
            region_code as region,
            la_ons_code as local_authority,
            constituency_code as constituency
        from mart.school
        union
        select
            urn,
            'E92000001' as country,
            region_code as region,
            la_ons_code as local_authority,
            constituency_code as constituency
        from previous.school
    ) as school
    unpivot (area_code for area_type in (country, region, local_authority, constituency))
),

-- schools in need at both times of which another area is told
elsewhere as (
    select
        now.urn,
        status.definition
    from mart.school as now
    inner join previous.school as before on before.urn = now.urn
    inner join mart.school_status as status on status.urn = now.urn and status.status = 'in_need'
    where
        now.region_code <> before.region_code
        or now.la_ons_code <> before.la_ons_code
        or now.constituency_code is distinct from before.constituency_code
),

involved as (
    select
        definition,
        urn,
        'schools_in_need_changed' as cause
    from change.status
    where 'in_need' in (status_before, status_now)
    union all
    select distinct
        definition,
        need_urn as urn,
        'partners_changed' as cause
    from change.partner
    union all
    select
        definition,
        urn,
        'schools_elsewhere' as cause
    from elsewhere
    union all
    select
        status.definition,
        school.urn,
        'moved' as cause
    from change.school as school
    inner join mart.school_status as status on status.urn = school.urn and status.status = 'in_need'
    where school.has_other_place or school.has_other_radius
),

counted as (
    select
        other_median.definition,
        other_median.phase,
        other_median.area_type,
        other_median.area_code,
        involved.cause,
        count(distinct involved.urn) as schools
    from other_median
    inner join area_of_school as area on area.area_type = other_median.area_type and area.area_code = other_median.area_code
    inner join involved on involved.definition = other_median.definition and involved.urn = area.urn
    left join mart.school as school on school.urn = involved.urn
    left join previous.school as school_before on school_before.urn = involved.urn
    where other_median.phase in (school.phase, school_before.phase)
    group by other_median.definition, other_median.phase, other_median.area_type, other_median.area_code, involved.cause
),

in_order as (
    select
        definition,
        phase,
        area_type,
        area_code,
        list(cause order by schools desc, cause) as causes,
        string_agg(format('{}: {:,} schools', replace(cause, '_', ' '), schools), '; ' order by schools desc, cause) as detail
    from counted
    group by definition, phase, area_type, area_code
)

select
    other_median.*,
    in_order.detail,
    case
        when in_order.causes is not null then in_order.causes
        when (select count(*) from previous.school) = 0 then ['older_version']
        when (folder.code_version is distinct from refresh.code_version) then ['new_version']
        else ['not_explained']
    end as causes
from other_median
cross join previous.folder as folder
cross join mart.refresh as refresh
left join in_order
    on
        in_order.definition = other_median.definition
        and in_order.phase = other_median.phase
        and in_order.area_type = other_median.area_type
        and in_order.area_code = other_median.area_code
