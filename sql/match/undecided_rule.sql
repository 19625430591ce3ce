-- One row per definition, school, code of its not_assessed and rule that the code names (definition.reason lists them): which rules were not decided
-- for it, and why. is_open: the rule might hold, which is not known; else it is not for this school, or not in force. A rule is open if one code says
-- so, and no fact that is known settles it (definition.outcome.not_met). is_met: it holds, and whether it counts is what is open. is_bounded: it is
-- told from elsewhere that the rule concerns few schools.
with stated as (
    select
        definition,
        urn,
        phase,
        coalesce(in_need_reasons, []) || coalesce(high_performing_reasons, []) as met,
        not_met,
        unnest(not_assessed) as code
    from definition.outcome
    where not_asked_because is null
),

named as (
    select
        stated.definition,
        stated.urn,
        stated.phase,
        stated.code,
        stated.met,
        stated.not_met,
        unnest(reason.rules) as rule,
        reason.leaves_open as is_open
    from stated
    inner join definition.reason as reason on reason.definition = stated.definition and reason.code = stated.code
)

select
    named.definition,
    named.urn,
    named.phase,
    named.code,
    named.rule,
    rule.kind,
    named.is_open,
    list_contains(named.met, named.rule) as is_met,
    rule.bounded_by is not null as is_bounded
from named
inner join definition.reason as rule on rule.definition = named.definition and rule.code = named.rule
where
    (array_length(rule.phases) = 0 or list_contains(rule.phases, named.phase))
    and not (named.is_open and list_contains(named.not_met, named.rule))
