-- One row per area, or code of a publisher's list, that schools have in one of the two refreshes only, or whose name differs; with the cause.
with other_code as (
    select
        code_list,
        code,
        about,
        rows_before > 0 as was_there,
        counted(rows_before + rows_now, 'school') as detail,
        case
            when (code_list, code) in (
                select
                    value.code_list,
                    unnest([value.before, value.now]) as code
                from change.value as value
                where value.was_there and value.is_there
            ) then 'other_value'
            else 'schools_came_or_went'
        end as cause
    from change.listed_code
    where 0 in (rows_before, rows_now)
),

other_area as (
    select
        area_type,
        area_code,
        max(before) as before,
        max(now) as now
    from change.value
    where
        table_name = 'area_summary'
        and about = 'area'
        -- an area that is new to a phase, and known in another, is not new
        and (was_there or area_code not in (select known.area_code from previous.area_summary as known))
        and (is_there or area_code not in (select known.area_code from mart.area_summary as known))
    group by area_type, area_code
),

-- the same name, under another code
recoded as (
    select
        gone.area_type,
        gone.area_code as before,
        come.area_code as now
    from other_area as gone
    inner join other_area as come on come.area_type = gone.area_type and upper(come.now) = upper(gone.before)
    where gone.now is null and come.before is null
),

-- where the schools of an authority that is gone count now: its successors
successor as (
    select
        moved.area_code,
        'its schools count in ' || string_agg(
            format('{} ({:,})', moved.la_name, moved.schools), ', ' order by moved.schools desc, moved.la_name
        ) || ' now' as detail
    from (
        select
            before.la_ons_code as area_code,
            now.la_name,
            count(*) as schools
        from previous.school as before
        inner join mart.school as now on now.urn = before.urn and now.la_ons_code <> before.la_ons_code
        group by before.la_ons_code, now.la_name
    ) as moved
    group by moved.area_code
)

select
    'areas_and_codes' as heading,
    case when area.before is null then 'area_new' when area.now is null then 'area_gone' else 'area_renamed' end as change,
    area.area_type,
    area.area_code,
    coalesce(area.now, area.before) as name,
    case when area.now is null then area.area_code else coalesce(recoded.before, area.before) end as before,
    case when area.before is null then area.area_code else coalesce(recoded.now, area.now) end as now,
    [case
        when area.before is not null and area.now is not null then 'renamed'
        when recoded.area_type is not null then 'recoded'
        else coalesce(other_code.cause, 'not_explained')
    end] as causes,
    concat_ws('; ', other_code.detail, case when area.now is null then successor.detail end) as detail
from other_area as area
left join successor on area.area_type = 'local_authority' and successor.area_code = area.area_code
left join recoded on recoded.area_type = area.area_type and area.area_code in (recoded.before, recoded.now)
left join other_code on other_code.code_list = area.area_type and other_code.code = area.area_code
union all
select
    'areas_and_codes' as heading,
    case when was_there then 'code_gone' else 'code_new' end as change,
    null as area_type,
    null as area_code,
    code_list as name,
    case when was_there then code end as before,
    case when not was_there then code end as now,
    [cause] as causes,
    detail
from other_code
where about <> 'area'
