-- One row per definition and phase that it speaks of.
select distinct
    summary.definition,
    summary.phase,
    definition.title,
    definition.sentence
from mart.area_summary as summary
inner join mart.definition as definition on definition.definition = summary.definition
order by summary.definition, summary.phase
