-- One row per definition ($of_definition, or each), phase, fact that is not known and question: how many schools are in need, or high-performing, as
-- it is defined and if those that lack that fact alone are too. Only where that makes a difference, and where the figure is not withheld.
with asked as (
    select cast($of_definition as varchar) as definition
),

figure as (
    select
        moved.definition,
        moved.phase,
        moved.parameter,
        moved.question,
        moved.value,
        if(moved.question = 'in_need', moved.in_need, moved.high_performing) as schools,
        if(moved.question = 'in_need', moved.in_need_percent, moved.high_performing_percent) as percent
    from mart.sensitivity as moved
    cross join asked
    where moved.question <> 'both' and moved.definition = coalesce(asked.definition, moved.definition)
)

select
    yes.definition,
    yes.phase,
    reason.sentence,
    if(yes.question = 'in_need', 'in need', 'high-performing') as counted_as,
    as_defined.schools as schools_as_no,
    printf('%.1f', as_defined.percent) as percent_as_no,
    yes.schools as schools_as_yes,
    printf('%.1f', yes.percent) as percent_as_yes
from figure as yes
inner join figure as as_defined
    on
        as_defined.definition = yes.definition
        and as_defined.phase = yes.phase
        and as_defined.parameter = yes.parameter
        and as_defined.question = yes.question
        and as_defined.value = 0
inner join mart.reason as reason on reason.definition = yes.definition and reason.code = yes.parameter
where yes.value = 1 and yes.schools > as_defined.schools
order by yes.definition, yes.phase, yes.question, yes.schools - as_defined.schools desc, yes.parameter
