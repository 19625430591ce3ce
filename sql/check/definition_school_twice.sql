-- on: definition.outcome
-- what: A definition gives a school twice, or gives one that is not in core.school.
-- why: Each school has one status in each definition.
-- do: Mend the joins of the definition.
select
    outcome.definition,
    outcome.urn,
    count(*) as rows
from definition.outcome as outcome
left join core.school as school on school.urn = outcome.urn
group by outcome.definition, outcome.urn
having count(*) > 1 or count(school.urn) = 0
