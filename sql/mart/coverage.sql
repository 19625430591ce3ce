-- One row per definition, phase and reason why a rule could not be applied: for how many schools. Not assessed is not a no.
with universe as (
    select
        definition,
        phase,
        count(*) as schools
    from match.school_status
    group by definition, phase
),

found as (
    select
        definition,
        phase,
        status,
        unnest(not_assessed) as code
    from match.school_status
),

counted as (
    select
        definition,
        phase,
        code,
        count(*) as not_assessed,
        count(*) filter (where status = 'neither') as not_assessed_and_neither
    from found
    group by definition, phase, code
)

select
    universe.definition,
    universe.phase,
    reason.code,
    reason.sentence,
    reason.rules,
    universe.schools,
    coalesce(counted.not_assessed, 0) as not_assessed,
    percent_of(coalesce(counted.not_assessed, 0), universe.schools) as not_assessed_percent,
    coalesce(counted.not_assessed_and_neither, 0) as not_assessed_and_neither
from universe
inner join definition.reason as reason
    on
        reason.definition = universe.definition
        and reason.kind = 'not_assessed'
        and (len(reason.phases) = 0 or list_contains(reason.phases, universe.phase))
left join counted
    on counted.definition = universe.definition and counted.phase = universe.phase and counted.code = reason.code
order by universe.definition, universe.phase, reason.place
