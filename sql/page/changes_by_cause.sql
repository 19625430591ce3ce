-- One row per kind of change under a heading, definition and deciding cause: how many rows of mart.change, the most frequent first.
select
    change,
    coalesce(definition, '') as definition,
    cause,
    cause_sentence,
    count(*) as changes
from mart.change
where heading = $heading
group by change, coalesce(definition, ''), cause, cause_sentence
order by change, definition, changes desc, cause
