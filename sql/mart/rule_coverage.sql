-- One row per definition, phase and rule: to how many schools it could apply, for how many of them it was decided, and of how many it was found.
-- A rule that is for no such school, or not in force, applies to none of them: of these nothing is left open. An undecided rule can belong to a
-- school whose status another rule has given (match.school_status says which statuses are open).
with universe as (
    select
        definition,
        phase,
        count(*) as schools
    from match.school_status
    group by definition, phase
),

per_school as (
    select
        definition,
        phase,
        urn,
        rule,
        bool_or(is_open) as is_open
    from match.undecided_rule
    where not is_met
    group by definition, phase, urn, rule
),

not_decided as (
    select
        definition,
        phase,
        rule,
        count(*) filter (where is_open) as undecided,
        count(*) filter (where not is_open) as without_rule
    from per_school
    group by definition, phase, rule
),

reasoned as (
    select
        definition,
        phase,
        unnest(reasons) as code
    from match.school_status
),

found as (
    select
        definition,
        phase,
        code,
        count(*) as found
    from reasoned
    group by definition, phase, code
)

select
    universe.definition,
    universe.phase,
    rule.code,
    rule.kind,
    universe.schools - coalesce(not_decided.without_rule, 0) as schools,
    universe.schools - coalesce(not_decided.without_rule, 0) - coalesce(not_decided.undecided, 0) as decided,
    coalesce(not_decided.undecided, 0) as undecided,
    percent_of(coalesce(not_decided.undecided, 0), universe.schools - coalesce(not_decided.without_rule, 0)) as undecided_percent,
    coalesce(found.found, 0) as found
from universe
inner join definition.reason as rule
    on
        rule.definition = universe.definition
        and rule.kind in ('in_need', 'high_performing')
        and (len(rule.phases) = 0 or list_contains(rule.phases, universe.phase))
left join not_decided
    on not_decided.definition = universe.definition and not_decided.phase = universe.phase and not_decided.rule = rule.code
left join found on found.definition = universe.definition and found.phase = universe.phase and found.code = rule.code
order by universe.definition, universe.phase, rule.kind, rule.code
