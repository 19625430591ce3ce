-- One row per definition: what it says in a sentence.
select distinct
    definition,
    title,
    sentence
from mart.definition
order by definition
