-- One row per definition, phase and era of evidence: how many schools stand on it, so that a drift which the inspection framework causes is
-- seen as such. For a school in need or high-performing the era is that of the evidence its status rests on: headline_grade (an overall grade),
-- four_judgements (September 2024 to November 2025), report_card (since), list (a list that was landed), or results (low ones; high ones
-- with a good judgement of any era); an inspection counts before a list and a list before results. For the others it is the latest
-- inspection's, or none.
with evidence as (
    select
        status.definition,
        status.urn,
        bool_or(reason.evidence = 'inspection') as has_inspection,
        bool_or(reason.evidence = 'list') as has_list
    from (
        select
            definition,
            urn,
            status,
            unnest(reasons) as code
        from match.school_status
    ) as status
    inner join definition.reason as reason
        on reason.definition = status.definition and reason.code = status.code and reason.kind = status.status
    group by status.definition, status.urn
),

stood_on as (
    select
        status.definition,
        status.phase,
        status.status,
        case
            when status.status = 'neither' or evidence.has_inspection then coalesce(school.ofsted_framework, 'none')
            when evidence.has_list then 'list'
            else 'results'
        end as era
    from match.school_status as status
    inner join core.school as school on school.urn = status.urn
    left join evidence on evidence.definition = status.definition and evidence.urn = status.urn
)

select
    stood_on.definition,
    stood_on.phase,
    stood_on.era,
    count(*) as schools,
    case when any_value(high.withheld_because) is null then count(*) filter (where stood_on.status = 'high_performing') end as high_performing,
    case when any_value(need.withheld_because) is null then count(*) filter (where stood_on.status = 'in_need') end as in_need,
    case
        when any_value(high.withheld_because) is null and any_value(need.withheld_because) is null
            then count(*) filter (where stood_on.status = 'neither')
    end as neither
from stood_on
left join match.question as high
    on high.definition = stood_on.definition and high.phase = stood_on.phase and high.question = 'high_performing'
left join match.question as need
    on need.definition = stood_on.definition and need.phase = stood_on.phase and need.question = 'in_need'
group by stood_on.definition, stood_on.phase, stood_on.era
order by stood_on.definition, stood_on.phase, stood_on.era
