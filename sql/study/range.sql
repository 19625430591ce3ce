-- One row per definition, question (in_need, high_performing), phase, side and step (reference.range_step): how many schools lie between what was
-- found and a bound, each school once in a question. side: found (no step); lower, counted as found, which it might not be; upper, not found, which
-- it might be. A school is undecided as match.school_status says. Where it meets a rule of need and only the trust is open, that is the cause,
-- whatever else is not known. date: nothing else of the school is open, but it was judged after the earliest day as at which the inspections of the
-- study may stand (reference.study_date); any rule on a judgement might then have held or not. high_performing, lower: in need goes before.
with asked as (
    select cast($definition as varchar) as definition
),

judged_rule as (
    select
        definition,
        list(code) as codes
    from definition.reason
    where kind in ('in_need', 'high_performing') and list_has_any(facts, ['inspection_date', 'overall_effectiveness'])
    group by definition
),

school as (
    select
        status.definition,
        status.urn,
        status.phase,
        status.status,
        status.in_need_undecided,
        status.high_performing_undecided,
        coalesce(school.ofsted_date > study.inspections_from, false) as is_judged_since,
        -- whether its need, and its help, would count if it had any: it is not set aside for certain
        coalesce(no_need.leaves_open, true) as may_be_in_need,
        coalesce(no_help.leaves_open, true) as may_be_high_performing,
        list_has_all(judged_rule.codes, outcome.in_need_reasons) as is_need_of_judgement,
        list_has_all(judged_rule.codes, outcome.high_performing_reasons) as is_help_of_judgement,
        len(outcome.in_need_reasons) > 0 as is_need_met
    from match.school_status as status
    inner join core.school as school on school.urn = status.urn
    inner join definition.outcome as outcome on outcome.definition = status.definition and outcome.urn = status.urn
    inner join judged_rule on judged_rule.definition = status.definition
    left join reference.study_date as study on study.definition = status.definition
    left join definition.reason as no_need on no_need.definition = status.definition and no_need.code = outcome.excluded_from_need
    left join definition.reason as no_help
        on no_help.definition = status.definition and no_help.code = outcome.excluded_from_high_performing
),

step_code as (
    select
        step,
        unnest(string_split(codes, ' ')) as code
    from reference.range_step
    where codes is not null
),

cause as (
    select
        open_rule.definition,
        open_rule.urn,
        open_rule.kind as question,
        case
            when count(distinct coalesce(step_code.step, 'other')) > 1 then 'several'
            else any_value(coalesce(step_code.step, 'other'))
        end as step
    from match.undecided_rule as open_rule
    left join step_code on step_code.code = open_rule.code
    where open_rule.is_open
    group by open_rule.definition, open_rule.urn, open_rule.kind
),

placed as (
    select
        school.*,
        if(school.is_need_met, 'trust', in_need.step) as need_step,
        high_performing.step as help_step
    from school
    left join cause as in_need
        on in_need.definition = school.definition and in_need.urn = school.urn and in_need.question = 'in_need'
    left join cause as high_performing
        on
            high_performing.definition = school.definition
            and high_performing.urn = school.urn
            and high_performing.question = 'high_performing'
),

counted as (
    select
        definition,
        'in_need' as question,
        phase,
        if(status = 'in_need', 'lower', 'upper') as side,
        case
            when status = 'in_need' and is_judged_since and is_need_of_judgement then 'date'
            when status <> 'in_need' and in_need_undecided then need_step
            when status <> 'in_need' and is_judged_since and may_be_in_need then 'date'
        end as step
    from placed
    union all
    select
        definition,
        'high_performing' as question,
        phase,
        if(status = 'high_performing', 'lower', 'upper') as side,
        case
            when status = 'high_performing' and in_need_undecided then need_step
            when status = 'high_performing' and is_judged_since and (may_be_in_need or is_help_of_judgement) then 'date'
            when status = 'neither' and high_performing_undecided then help_step
            when status = 'neither' and is_judged_since and may_be_high_performing then 'date'
            when status = 'in_need' and is_judged_since and is_need_of_judgement and may_be_high_performing then 'date'
        end as step
    from placed
),

in_steps as (
    select
        definition,
        question,
        phase,
        side,
        step,
        count(*) as schools
    from counted
    where step is not null
    group by definition, question, phase, side, step
),

-- what the Department counted as coasting and not below the floor: no more schools than these can be in need by coasting alone
official as (
    select
        definition,
        phase,
        sum(cast(value as integer)) filter (where measure in ('coasting_ks2', 'coasting_ks4'))
        - sum(cast(value as integer)) filter (
            where measure in ('below_floor_ks2+coasting_ks2', 'below_floor_ks4+coasting_ks4')
        ) as coasting
    from reference.published_figure
    where regexp_full_match(value, '[0-9]+')
    group by definition, phase
),

split as (
    select
        in_steps.definition,
        in_steps.question,
        in_steps.phase,
        in_steps.side,
        in_steps.step,
        if(
            in_steps.step = 'coasting' and in_steps.side = 'upper', least(in_steps.schools, coalesce(official.coasting, in_steps.schools)),
            in_steps.schools
        ) as schools
    from in_steps
    left join official on official.definition = in_steps.definition and official.phase = in_steps.phase
    union all
    select
        in_steps.definition,
        in_steps.question,
        in_steps.phase,
        in_steps.side,
        'coasting_beyond' as step,
        in_steps.schools - official.coasting as schools
    from in_steps
    inner join official on official.definition = in_steps.definition and official.phase = in_steps.phase
    where in_steps.step = 'coasting' and in_steps.side = 'upper' and in_steps.schools > official.coasting
),

found as (
    select
        status.definition,
        question.question,
        status.phase,
        'found' as side,
        null as step,
        count(*) filter (where status.status = question.question) as schools
    from match.school_status as status
    cross join (values ('in_need'), ('high_performing')) as question (question)
    group by status.definition, question.question, status.phase
),

whole as (
    select
        definition,
        phase,
        count(*) as whole
    from match.school_status
    group by definition, phase
),

together as (
    select
        definition,
        question,
        phase,
        side,
        step,
        schools
    from found
    union all
    select
        definition,
        question,
        phase,
        side,
        step,
        schools
    from split
)

select
    together.definition,
    together.question,
    together.phase,
    together.side,
    together.step,
    together.schools,
    whole.whole,
    step.place,
    step.label,
    step.sentence
from asked
inner join together on together.definition = asked.definition
inner join whole on whole.definition = together.definition and whole.phase = together.phase
left join reference.range_step as step on step.step = together.step
order by together.question, together.phase, together.side, step.place
