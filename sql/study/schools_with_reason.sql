-- One row: how many schools of a definition (and of a phase, where one is given) have all of some reasons, whatever became of them, and of how many
-- it could not be told of one of these.
with asked as (
    select
        cast($definition as varchar) as definition,
        cast($codes as varchar[]) as codes,
        cast($phase as varchar) as phase
),

not_told as (
    select coalesce(list(reason.code) filter (where reason.code is not null), []) as codes
    from asked
    left join definition.reason as reason
        on
            reason.definition = asked.definition
            and reason.kind = 'not_assessed'
            and list_has_any(reason.rules, asked.codes)
)

select
    count(*) filter (where list_has_all(status.reasons, asked.codes)) as schools,
    count(*) filter (where list_has_any(status.not_assessed, not_told.codes)) as not_assessed
from asked
cross join not_told
inner join match.school_status as status
    on
        status.definition = asked.definition
        and (asked.phase is null or asked.phase = status.phase)
