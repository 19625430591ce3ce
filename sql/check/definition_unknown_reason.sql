-- on: definition.outcome
-- what: A definition gives a reason whose code is not in the closed list, or files it under the wrong kind.
-- why: A code without a sentence cannot be read by those it is about.
-- do: Add the code and its sentence to the definition's parameter file, or mend its SQL.
with used as (
    select
        definition,
        'in_need' as kind,
        unnest(in_need_reasons) as code
    from definition.outcome
    union all
    select
        definition,
        'high_performing' as kind,
        unnest(high_performing_reasons) as code
    from definition.outcome
    union all
    select
        definition,
        'not_assessed' as kind,
        unnest(not_assessed) as code
    from definition.outcome
    union all
    select
        definition,
        'excluded' as kind,
        excluded_from_need as code
    from definition.outcome
    where excluded_from_need is not null
    union all
    select
        definition,
        'excluded' as kind,
        excluded_from_high_performing as code
    from definition.outcome
    where excluded_from_high_performing is not null
    union all
    select
        definition,
        'not_asked' as kind,
        not_asked_because as code
    from definition.outcome
    where not_asked_because is not null
)

select
    used.definition,
    used.kind,
    used.code,
    count(*) as schools
from used
left join definition.reason as known
    on known.definition = used.definition and known.code = used.code and known.kind = used.kind
where known.code is null
group by used.definition, used.kind, used.code
