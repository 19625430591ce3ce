-- on: mart.area_summary
-- what: The median number of partners, computed another way (the middle of the sorted counts of published pairs), differs.
-- why: The median is the study's headline; schools in need with nobody near must count as zero, not drop out.
-- do: Look at match.need and the join of mart.area_summary.
with counted as (
    select
        status.definition,
        status.phase,
        area.area_type,
        area.area_code,
        status.urn,
        count(pair.partner_urn) as partners
    from mart.school_status as status
    inner join core.school_area as area on area.urn = status.urn
    inner join mart.school as school on school.urn = status.urn
    left join mart.match as pair on pair.definition = status.definition and pair.need_urn = status.urn
    -- from what is published: whether a school can be placed is worked out anew, too
    where
        status.status = 'in_need' and school.h3_r7 is not null and school.search_radius_miles is not null
        and not exists (
            select withheld.phase
            from mart.question as withheld
            where
                withheld.definition = status.definition and withheld.phase = status.phase and withheld.withheld_because is not null
        )
    group by all
),

ranked as (
    select
        definition,
        phase,
        area_type,
        area_code,
        partners,
        row_number() over (partition by definition, phase, area_type, area_code order by partners) as place,
        count(*) over (partition by definition, phase, area_type, area_code) as schools
    from counted
),

middle as (
    select
        definition,
        phase,
        area_type,
        area_code,
        avg(partners) as partners_median
    from ranked
    where place in ((schools + 1) // 2, (schools + 2) // 2)
    group by all
)

select
    summary.definition,
    summary.phase,
    summary.area_code,
    summary.partners_median,
    middle.partners_median as recomputed
from mart.area_summary as summary
left join middle
    on
        middle.definition = summary.definition
        and middle.phase = summary.phase
        and middle.area_type = summary.area_type
        and middle.area_code = summary.area_code
where summary.partners_median is distinct from middle.partners_median
