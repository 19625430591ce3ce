-- on: mart.allocation
-- what: An allocated pair is not in range, its distance is another than that of match.pair, or a school in need is not in the table, or one that
-- is not in need is, or why it has no partner is not said.
-- why: Only a school that is near can be the partner, and nobody may drop out of the count of those who ask.
-- do: Look at mart.allocation, and at the order in which match.pair and match.allocation were built.
with asked as (
    select
        definition,
        urn
    from match.school_status
    where status = 'in_need'
)

select
    allocation.definition,
    allocation.capacity,
    allocation.need_urn,
    allocation.partner_urn
from mart.allocation as allocation
left join match.pair as pair
    on
        pair.definition = allocation.definition
        and pair.need_urn = allocation.need_urn
        and pair.partner_urn = allocation.partner_urn
where
    allocation.partner_urn is not null and pair.distance_m is distinct from allocation.distance_m
    or (allocation.partner_urn is null) <> (allocation.partner_missing is not null)
union all
select
    coalesce(asked.definition, allocation.definition) as definition,
    allocation.capacity,
    coalesce(asked.urn, allocation.need_urn) as need_urn,
    allocation.partner_urn
from asked
full join mart.allocation as allocation on allocation.definition = asked.definition and allocation.need_urn = asked.urn
where asked.urn is null or allocation.need_urn is null
