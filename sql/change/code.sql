-- One row per area, or code of a publisher's list, that schools have in one of the two refreshes only, or whose name differs; with the cause.
with area_now as (
    select
        area_type,
        area_code,
        any_value(area_name) as area_name,
        list(distinct phase) as phases
    from mart.area_summary
    group by area_type, area_code
),

area_before as (
    select
        area_type,
        area_code,
        any_value(area_name) as area_name,
        list(distinct phase) as phases
    from previous.area_summary
    group by area_type, area_code
),

other_area as (
    select
        coalesce(now.area_type, before.area_type) as area_type,
        coalesce(now.area_code, before.area_code) as area_code,
        before.area_name as name_before,
        now.area_name as name_now
    from area_now as now
    full join area_before as before on before.area_type = now.area_type and before.area_code = now.area_code
    where now.area_name is distinct from before.area_name and (select count(*) from area_before) > 0
),

recoded as (
    select
        gone.area_type,
        gone.area_code as code_before,
        come.area_code as code_now
    from other_area as gone
    inner join other_area as come on come.area_type = gone.area_type and upper(come.name_now) = upper(gone.name_before)
    where gone.name_now is null and come.name_before is null
),

listed_now as (
    select
        urn,
        type,
        urban_rural_code,
        admissions,
        ofsted_framework,
        ofsted_category_of_concern,
        region_code as region,
        la_ons_code as local_authority,
        constituency_code as constituency
    from mart.school
),

listed_before as (
    select
        urn,
        type,
        urban_rural_code,
        admissions,
        ofsted_framework,
        ofsted_category_of_concern,
        region_code as region,
        la_ons_code as local_authority,
        constituency_code as constituency
    from previous.school
),

school_code as (
    select
        'now' as at_time,
        urn,
        list_name,
        code
    from listed_now
    unpivot (
        code for list_name in (
            type, urban_rural_code, admissions, ofsted_framework, ofsted_category_of_concern, region, local_authority, constituency
        )
    )
    union all
    select
        'before' as at_time,
        urn,
        list_name,
        code
    from listed_before
    unpivot (
        code for list_name in (
            type, urban_rural_code, admissions, ofsted_framework, ofsted_category_of_concern, region, local_authority, constituency
        )
    )
),

-- a code that schools have at one time only; stayed: how many of them are there at the other time, with another value
other_code as (
    select
        school_code.list_name,
        school_code.code,
        min(school_code.at_time) as at_time,
        count(distinct school_code.urn) as schools,
        count(distinct school_code.urn) filter (where presence.was_there and presence.is_there) as stayed
    from school_code
    inner join change.school as presence on presence.urn = school_code.urn
    group by school_code.list_name, school_code.code
    having count(distinct school_code.at_time) = 1
)

select
    case when other_area.name_before is null then 'area_new' when other_area.name_now is null then 'area_gone' else 'area_renamed' end as change,
    other_area.area_type,
    other_area.area_code,
    coalesce(other_area.name_now, other_area.name_before) as name,
    case when other_area.name_now is null then other_area.area_code else coalesce(recoded.code_before, other_area.name_before) end as before,
    case when other_area.name_before is null then other_area.area_code else coalesce(recoded.code_now, other_area.name_now) end as now,
    case
        when other_area.name_before is not null and other_area.name_now is not null then 'renamed'
        when recoded.area_type is not null then 'recoded'
        when other_code.stayed > 0 then 'other_value'
        when other_code.code is not null then 'schools_came_or_went'
        else 'not_explained'
    end as cause,
    other_code.schools
from other_area
left join recoded
    on recoded.area_type = other_area.area_type and other_area.area_code in (recoded.code_before, recoded.code_now)
left join other_code on other_code.list_name = other_area.area_type and other_code.code = other_area.area_code
union all
select
    case other_code.at_time when 'now' then 'code_new' else 'code_gone' end as change,
    null as area_type,
    null as area_code,
    other_code.list_name as name,
    case other_code.at_time when 'before' then other_code.code end as before,
    case other_code.at_time when 'now' then other_code.code end as now,
    case when other_code.stayed > 0 then 'other_value' else 'schools_came_or_went' end as cause,
    other_code.schools
from other_code
where other_code.list_name not in ('region', 'local_authority', 'constituency')
