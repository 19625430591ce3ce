-- on: definition.outcome
-- what: A definition gives a reason whose code is not in the closed list, or files it under the wrong kind.
-- why: A code without a sentence cannot be read by those it is about.
-- do: Add the code and its sentence to sql/reference/reason.csv, or mend the definition.
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
        excluded_because as code
    from definition.outcome
    where excluded_because is not null
)

select
    used.definition,
    used.kind,
    used.code,
    count(*) as schools
from used
left join reference.reason as known on known.code = used.code and known.kind = used.kind
where known.code is null
group by used.definition, used.kind, used.code
