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
    definition,
    phase,
    era,
    count(*) as schools,
    count(*) filter (where status = 'high_performing') as high_performing,
    count(*) filter (where status = 'in_need') as in_need,
    count(*) filter (where status = 'neither') as neither
from stood_on
group by definition, phase, era
order by definition, phase, era
