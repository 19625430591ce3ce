-- One row per reason of a definition that decides: what it makes a school, the rule, and the phases it speaks of.
select
    kind,
    sentence,
    phases
from mart.reason
where definition = $definition and kind in ('in_need', 'high_performing', 'excluded')
