-- One row per phase and question that could not be answered for a school under the definition.
select
    phase,
    sentence,
    not_assessed,
    not_assessed_percent
from mart.coverage
where definition = $definition and not_assessed > 0
order by phase, not_assessed desc
