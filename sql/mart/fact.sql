-- One row per definition and fact that its rules read (a key of mart.school_status.facts), with its label.
select
    definition,
    fact,
    label
from definition.fact
order by definition, place
