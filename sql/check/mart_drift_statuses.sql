-- on: mart.area_summary
-- what: More than a quarter of the schools of a phase have another status than in the refresh before, from the same source.
-- why: A month of inspections moves one or two in a hundred, a year's results about fifteen; more is rather a column that means something else.
-- do: Read which changed, and why. If the change is right, allow it once: schoolmatch refresh --accept-changes.
with changed_definition as (
    -- whoever moves a threshold expects other statuses
    select distinct coalesce(now.definition, before.definition) as definition
    from definition.parameter as now
    full join previous.parameter as before
        on before.definition = now.definition and before.parameter = now.parameter
    where now.value is distinct from before.value
)

select
    now.definition,
    now.phase,
    count(*) as schools,
    count(*) filter (where now.status <> before.status) as changed
from match.school_status as now
inner join previous.school_status as before on before.definition = now.definition and before.urn = now.urn
where
    now.definition not in (select changed_definition.definition from changed_definition)
    and not (select run.accepts_changes from landing.run as run)
group by now.definition, now.phase
having count(*) filter (where now.status <> before.status) > greatest(0.25 * count(*), 10)
