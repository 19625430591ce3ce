-- One row per definition and high-performing school: how strong the evidence is on which that status rests, as the place of it in
-- reference.strength, 1 the strongest. An order, not a measure: null where it hangs on the date of a judgement that is not known. Results have,
-- where the definition asks for one besides, a judgement as well.
with evidence as (
    select
        status.definition,
        status.urn,
        reason.evidence
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
)

select
    evidence.definition,
    evidence.urn,
    case when not bool_or(evidence.evidence = 'inspection' and school.ofsted_age_years is null) then min(strength.place) end as place
from evidence
inner join core.school as school on school.urn = evidence.urn
inner join reference.strength as strength
    on strength.evidence = evidence.evidence and (strength.below_years is null or school.ofsted_age_years < strength.below_years)
group by evidence.definition, evidence.urn
