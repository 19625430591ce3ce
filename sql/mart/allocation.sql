-- One row per definition, capacity and school in need: its partner where no high-performing school takes more than capacity schools, in the
-- assignment for the whole country that partners as many schools in need as possible and, of those, has the least total distance (then the
-- first by URN: transforms/allocation.py). Where it has none, partner_missing says why: nobody_near; none_left, as those near are all taken;
-- place_not_known, as its place or setting is not known, so that it could not be asked: missing is not a no; not_told, where it is not known of
-- too many schools whether they are high-performing (match.question).
with asked as (
    select
        need.definition,
        need.phase,
        capacity.capacity,
        need.need_urn,
        need.can_be_placed,
        need.partners
    from match.need as need
    cross join reference.capacity as capacity
)

select
    asked.definition,
    asked.phase,
    asked.capacity,
    asked.need_urn,
    allocation.partner_urn,
    pair.distance_m,
    case
        when allocation.partner_urn is not null then null
        when not asked.can_be_placed then 'place_not_known'
        when asked.partners is null then 'not_told'
        when asked.partners = 0 then 'nobody_near'
        else 'none_left'
    end as partner_missing
from asked
left join match.allocation as allocation
    on
        allocation.definition = asked.definition
        and allocation.capacity = asked.capacity
        and allocation.need_urn = asked.need_urn
left join match.pair as pair
    on
        pair.definition = allocation.definition
        and pair.need_urn = allocation.need_urn
        and pair.partner_urn = allocation.partner_urn
order by asked.definition, asked.capacity, asked.need_urn
