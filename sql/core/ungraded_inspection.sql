-- One row per school that had an ungraded (section 8) inspection after its latest judgement: the latest of them, under its own URN or a
-- predecessor's (core.predecessor), as judgements are found. Ofsted makes one of a school that was good or outstanding, to see whether that still
-- holds. It is no judgement and changes no status, but says something of the one that it followed; one before the latest judgement, or of its
-- day, speaks of an older one, or became it, and is none here. Ofsted's own column is of those since the latest graded inspection, until the
-- layout of report cards. ungraded_outcome is null where Ofsted tells none (most of these were made graded ones), has_concerns also where the
-- outcome is not in reference.ungraded_outcome.
with latest as (
    select
        urn,
        inspection_date
    from core.judgement
    where recency = 1
),

lineage as (
    select
        urn,
        urn as listed_urn,
        0 as steps
    from latest
    union all
    select
        urn,
        predecessor_urn as listed_urn,
        steps
    from core.predecessor
)

select
    latest.urn,
    inspection.inspected_urn,
    inspection.inspection_date,
    inspection.ungraded_outcome,
    outcome.has_concerns
from latest
inner join lineage on lineage.urn = latest.urn
inner join core.inspection as inspection on inspection.urn = lineage.listed_urn
left join reference.ungraded_outcome as outcome on outcome.ungraded_outcome = inspection.ungraded_outcome
where inspection.framework = 'ungraded' and inspection.inspection_date > latest.inspection_date
qualify row_number() over (partition by latest.urn order by inspection.inspection_date desc, lineage.steps, lineage.listed_urn) = 1
