-- on: mart.change
-- what: More schools of a phase than are expected have another status than in the refresh before, from the same source.
-- why: A month of inspections moves one or two in a hundred, a year's results about fifteen; more is rather a column that means something else.
-- do: Read which changed, and why. If the change is right, allow it once: schoolmatch refresh --accept-changes.
with changed_definition as (
    -- whoever moves a threshold expects other statuses
    select change.definition
    from mart.change as change
    where change.heading = 'definitions'
)

select
    now.definition,
    now.phase,
    count(*) as schools,
    count(*) filter (where now.status <> before.status) as changed
from match.school_status as now
inner join previous.school_status as before on before.definition = now.definition and before.urn = now.urn
inner join reference.expectation as expected on expected.name = 'statuses'
where
    now.definition not in (select changed_definition.definition from changed_definition)
    and (select folder.is_same_source from previous.folder as folder)
    and not (select run.accepts_changes from landing.run as run)
group by now.definition, now.phase, expected.share, expected.at_least
having
    count(*) filter (where now.status <> before.status)
    > greatest(expected.share * count(*), expected.at_least)
