-- One row per school: its status if a fact that is not known ($code) were known, and spoke for it in one question ($question: in_need or
-- high_performing). That gives the status to a school of which it could not be decided, where some rule lacks that fact and no other: not where a
-- second fact is missing for the same rule, nor by a rule that a parameter keeps out of force. A need that may be set aside is open for that alone:
-- it counts where the code says so of a rule that is found, and no other code gives it.
-- Asked in a trial (warehouse/study/sensitivity.py), of tables that hold the rules that are open and what is found as defined.
with asked as (
    select
        cast($code as varchar) as code,
        cast($question as varchar) as question
),

lacking as (
    select
        open_rule.urn,
        open_rule.rule,
        any_value(open_rule.code) as code
    from open_rule
    inner join asked on asked.question = open_rule.kind
    group by open_rule.urn, open_rule.rule
    having count(*) = 1
),

counted as (
    select distinct school.urn
    from lacking
    inner join asked on asked.code = lacking.code
    inner join as_defined as school on school.urn = lacking.urn
    inner join definition.reason as rule on rule.definition = school.definition and rule.code = lacking.rule
    left join definition.parameter as switch on switch.definition = rule.definition and switch.parameter = rule.in_force_by
    where
        if(asked.question = 'in_need', school.in_need_undecided, school.high_performing_undecided)
        and coalesce(switch.value, 1) <> 0
        and list_contains(school.reasons, lacking.rule)
        = (if(asked.question = 'in_need', school.excluded_from_need, school.excluded_from_high_performing) is not null)
)

select
    school.phase,
    school.urn,
    if(counted.urn is null, school.status, asked.question) as status,
    school.not_assessed,
    school.in_need_undecided and (counted.urn is null or asked.question <> 'in_need') as in_need_undecided,
    school.high_performing_undecided and counted.urn is null as high_performing_undecided
from as_defined as school
cross join asked
left join counted on counted.urn = school.urn
