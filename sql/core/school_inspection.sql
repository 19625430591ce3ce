-- One row per school and graded inspection or report card that counts for it, the latest first (recency 1 = latest, 2 = the one before).
-- via: own (Ofsted lists it under this URN) or predecessor (through core.predecessor: an academy has a new URN, and what was judged
-- before belongs to it).
with candidates as (
    select
        school.urn,
        inspection.urn as listed_urn,
        inspection.inspection_date,
        inspection.framework,
        'own' as via,
        0 as steps
    from core.establishment as school
    inner join core.inspection as inspection on inspection.urn = school.urn
    where school.left_out_because is null and inspection.framework <> 'ungraded'
    union all
    select
        predecessor.urn,
        inspection.urn as listed_urn,
        inspection.inspection_date,
        inspection.framework,
        'predecessor' as via,
        predecessor.steps
    from core.predecessor as predecessor
    inner join core.inspection as inspection on inspection.urn = predecessor.predecessor_urn
    where inspection.framework <> 'ungraded'
),

once as (
    select
        urn,
        listed_urn,
        inspection_date,
        framework,
        via
    from candidates
    -- an inspection told under two URNs is one inspection
    qualify row_number() over (partition by urn, inspection_date order by steps, framework desc, listed_urn) = 1
)

select
    once.urn,
    row_number() over (partition by once.urn order by once.inspection_date desc) as recency,
    once.via,
    inspection.inspected_urn,
    inspection.inspection_date,
    inspection.publication_date,
    inspection.framework,
    inspection.overall_effectiveness,
    inspection.category_of_concern,
    inspection.quality_of_education,
    inspection.behaviour_and_attitudes,
    inspection.personal_development,
    inspection.leadership_and_management,
    inspection.safeguarding,
    inspection.leadership_and_governance,
    inspection.report_card_areas
from once
inner join core.inspection as inspection
    on
        inspection.urn = once.listed_urn
        and inspection.inspection_date = once.inspection_date
        and inspection.framework = once.framework
