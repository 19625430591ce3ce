-- on: mart.area_summary
-- what: A bound of a percentage is not on its side of the figure, differs from what is counted of the schools, or bounds with nothing undecided
-- between them differ.
-- why: A bound is told where the figure is not: it must hold whatever the unknown facts are.
-- do: Look at sql/mart/area_summary.sql, and at in_need_undecided and high_performing_undecided in sql/match/school_status.sql.
with counted as (
    select
        status.definition,
        status.phase,
        area.area_type,
        area.area_code,
        100.0 * count(*) filter (where status.status = 'in_need') / count(*) as need_lower,
        100.0 * count(*) filter (where status.status = 'in_need' or status.in_need_undecided) / count(*) as need_upper,
        100.0 * count(*) filter (where status.status = 'high_performing' and not status.in_need_undecided) / count(*) as high_lower,
        100.0 * count(*) filter (where status.status = 'high_performing' or status.high_performing_undecided) / count(*) as high_upper
    from mart.school_status as status
    inner join core.school_area as area on area.urn = status.urn
    where status.status <> 'not_asked'
    group by all
)

select
    summary.definition,
    summary.phase,
    summary.area_code,
    summary.in_need_percent_lower,
    summary.in_need_percent,
    summary.in_need_percent_upper,
    summary.high_performing_percent_lower,
    summary.high_performing_percent,
    summary.high_performing_percent_upper
from mart.area_summary as summary
left join counted
    on
        counted.definition = summary.definition
        and counted.phase = summary.phase
        and counted.area_type = summary.area_type
        and counted.area_code = summary.area_code
where
    -- of no schools there is none
    summary.schools > 0 and not coalesce(
        abs(summary.in_need_percent_lower - counted.need_lower) < 1e-9
        and abs(summary.in_need_percent_upper - counted.need_upper) < 1e-9
        and abs(summary.high_performing_percent_lower - counted.high_lower) < 1e-9
        and abs(summary.high_performing_percent_upper - counted.high_upper) < 1e-9,
        false
    )
    or summary.in_need_percent not between summary.in_need_percent_lower and summary.in_need_percent_upper
    or summary.high_performing_percent not between summary.high_performing_percent_lower and summary.high_performing_percent_upper
