-- One row per definition and high-performing school: how strong the evidence is on which that status rests. 3: judged at the top less than five
-- years ago. 2: high results of the latest years that have them, with the judgement that the definition asks for besides. 1: judged at the top
-- longer ago, or on a list. Newer evidence goes before older, and a judgement of the whole school before results. An order, not a measure: null
-- where it hangs on the date of a judgement that is not known.
with evidence as (
    select
        status.definition,
        status.urn,
        bool_or(reason.evidence = 'inspection') as has_inspection,
        bool_or(reason.evidence = 'results') as has_results
    from (
        select
            definition,
            urn,
            unnest(reasons) as code
        from match.school_status
        where status = 'high_performing'
    ) as status
    inner join definition.reason as reason
        on reason.definition = status.definition and reason.code = status.code and reason.kind = 'high_performing'
    group by status.definition, status.urn
)

select
    evidence.definition,
    evidence.urn,
    case
        when evidence.has_inspection and school.ofsted_age_years < 5 then 3
        when evidence.has_inspection and school.ofsted_age_years is null then null
        when evidence.has_results then 2
        else 1
    end as strength
from evidence
inner join core.school as school on school.urn = evidence.urn
