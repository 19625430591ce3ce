-- One row per definition and school of which it asks: high_performing, in_need or neither, with every reason found. From definition.outcome, the
-- rows of all definitions in one table, but for schools outside a definition's base (not_asked_because), which have none of the three. A school that
-- a definition finds in need, and does not set aside, is in need even where it is high-performing too: whoever needs help is not asked to give it. A
-- need that is set aside (in a trust already, say) does not stop a school from being high-performing. The school keeps its reasons, and
-- excluded_because says why those for need (or else for high performance) do not count. Undecided (in_need_undecided, high_performing_undecided): it
-- has not that status, and a rule that might give it could not be decided. A school in need is high-performing by no rule; whose need is set aside
-- for certain is in need by none.
with open_rule as (
    select
        definition,
        urn,
        bool_or(kind = 'in_need') as in_need,
        bool_or(kind = 'high_performing') as high_performing
    from match.undecided_rule
    where is_open
    group by definition, urn
),

found as (
    select
        outcome.definition,
        outcome.urn,
        outcome.phase,
        case
            when array_length(outcome.in_need_reasons) > 0 and outcome.excluded_from_need is null then 'in_need'
            when array_length(outcome.high_performing_reasons) > 0 and outcome.excluded_from_high_performing is null then 'high_performing'
            else 'neither'
        end as status,
        -- a definition may give null for none
        coalesce(outcome.in_need_reasons, []) || coalesce(outcome.high_performing_reasons, []) as reasons,
        case
            when array_length(outcome.in_need_reasons) > 0 and outcome.excluded_from_need is not null then outcome.excluded_from_need
            when array_length(outcome.high_performing_reasons) > 0 then outcome.excluded_from_high_performing
        end as excluded_because,
        outcome.not_assessed,
        outcome.not_met,
        outcome.facts,
        coalesce(open_rule.in_need, false) and coalesce(no_need.leaves_open, true) as may_be_in_need,
        coalesce(open_rule.high_performing, false) and coalesce(no_help.leaves_open, true) as may_be_high_performing
    from definition.outcome as outcome
    left join open_rule on open_rule.definition = outcome.definition and open_rule.urn = outcome.urn
    left join definition.reason as no_need on no_need.definition = outcome.definition and no_need.code = outcome.excluded_from_need
    left join definition.reason as no_help
        on no_help.definition = outcome.definition and no_help.code = outcome.excluded_from_high_performing
    where outcome.not_asked_because is null
)

select
    definition,
    urn,
    phase,
    status,
    reasons,
    excluded_because,
    not_assessed,
    status <> 'in_need' and may_be_in_need as in_need_undecided,
    status = 'neither' and may_be_high_performing as high_performing_undecided,
    not_met,
    facts
from found
