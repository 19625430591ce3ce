-- One row per definition and code of a reason: what it says.
select
    definition,
    code,
    sentence
from mart.reason
order by definition, code, sentence
