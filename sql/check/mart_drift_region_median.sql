-- on: mart.change
-- what: A region's schools in need have half as many high-performing schools near them as in the refresh before, from the same source, or fewer.
-- why: The median is the headline figure; it halves where high-performing schools, places or the phase of schools were lost, not by inspections.
-- do: Read which schools are no longer high-performing, and why. If it is right, allow it once: schoolmatch refresh --accept-changes.
with changed_definition as (
    select change.definition
    from mart.change as change
    where change.heading = 'definitions'
)

select
    now.definition,
    now.phase,
    now.area_name as region,
    before.partners_median as median_before,
    now.partners_median as median_now
from mart.area_summary as now
inner join previous.area_summary as before
    on
        before.definition = now.definition
        and before.phase = now.phase
        and before.area_type = now.area_type
        and before.area_code = now.area_code
inner join reference.expectation as expected on expected.name = 'region_median'
where
    now.area_type = 'region'
    and before.partners_median > 0
    and now.partners_median <= expected.share * before.partners_median
    and least(now.in_need, before.in_need) >= expected.at_least
    and now.definition not in (select changed_definition.definition from changed_definition)
    and (select folder.is_same_source from previous.folder as folder)
    and not (select run.accepts_changes from landing.run as run)
