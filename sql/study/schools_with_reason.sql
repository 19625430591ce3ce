-- One row: how many schools of a definition (and of a phase, where one is given) have a reason, whatever became of them, and of how many it
-- could not be told.
select
    count(*) filter (where list_contains(status.reasons, $code)) as schools,
    count(*) filter (where list_has_any(status.not_assessed, (
        select coalesce(list(reason.code), [])
        from definition.reason as reason
        where reason.definition = $definition and reason.kind = 'not_assessed' and list_contains(reason.rules, $code)
    ))) as not_assessed
from match.school_status as status
where status.definition = $definition and ($phase is null or status.phase = $phase)
