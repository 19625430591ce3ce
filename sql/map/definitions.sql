-- One row per definition and phase that it speaks of: of how many schools of the country it asks, why not of the others, and why figures of it are
-- withheld, if they are.
select distinct
    summary.definition,
    summary.phase,
    definition.title,
    definition.sentence,
    summary.in_need_withheld_because,
    summary.high_performing_withheld_because,
    summary.schools,
    summary.not_asked,
    summary.not_asked_because
from mart.area_summary as summary
inner join mart.definition as definition on definition.definition = summary.definition
where summary.area_type = 'country'
order by summary.definition, summary.phase
