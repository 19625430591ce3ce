-- on: mart.area_summary
-- what: The number of schools of a phase that a definition asks of differs by more than is expected from the refresh before, from the same source.
-- why: Schools open and close by tens a month; a jump is more often a file that lost rows or a type that was renamed.
-- do: Read the report, or compare the two folders. If the change is right, allow it once: schoolmatch refresh --accept-changes.
with now as (
    select
        definition,
        phase,
        count(*) as schools
    from match.school_status
    group by definition, phase
),

before as (
    select
        definition,
        phase,
        count(*) as schools
    from previous.school_status
    where status <> 'not_asked'
    group by definition, phase
)

select
    before.definition,
    before.phase,
    before.schools as schools_before,
    coalesce(now.schools, 0) as schools_now
from before
inner join reference.expectation as expected on expected.name = 'schools'
left join now on now.definition = before.definition and now.phase = before.phase
where
    abs(coalesce(now.schools, 0) - before.schools)
    > greatest(expected.share * before.schools, expected.at_least)
    -- a definition that was taken away is no drift of the data
    and before.definition in (select known.definition from definition.parameter as known)
    and (select folder.is_same_source from previous.folder as folder)
    and not (select run.accepts_changes from landing.run as run)
