-- on: core.school
-- what: Many schools whose latest judgement Ofsted made under an earlier URN have no predecessor in GIAS's links.
-- why: Judgements and results of the years before an academy opened are then lost; links are the sort of row that this file is needed for.
-- do: See whether GIAS calls its links otherwise (transforms/layouts/gias_link.toml), or fetch the links anew: they are of another time.
with moved as (
    select listed.urn
    from raw.ofsted_inspection as listed
    inner join core.school as school on school.urn = listed.urn
    where
        listed.latest_urn <> listed.urn
        and listed.as_at is not distinct from (select max(every.as_at) from raw.ofsted_inspection as every)
)

select
    count(*) as schools,
    count(*) filter (where urn not in (select predecessor.urn from core.predecessor as predecessor)) as without_predecessor
from moved
where exists (select 1 from raw.gias_link)
-- of 3,152 in August 2025 one had none
having
    count(*) filter (where urn not in (select predecessor.urn from core.predecessor as predecessor)) >= 20
    and count(*) filter (where urn not in (select predecessor.urn from core.predecessor as predecessor)) > 0.05 * count(*)
