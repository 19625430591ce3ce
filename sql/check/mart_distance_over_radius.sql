-- on: mart.match
-- what: A published distance is over the search radius of the school in need, or its ranks are not 1, 2, 3 ... by distance.
-- why: This is the promise of the table.
-- do: Look at match.pair and mart.match.
select
    pair.definition,
    pair.need_urn,
    pair.partner_urn,
    pair.distance_miles,
    school.search_radius_miles
from mart.match as pair
inner join mart.school as school on school.urn = pair.need_urn
-- a millionth of a mile for the division
where pair.distance_miles > school.search_radius_miles + 1e-6
union all
select
    definition,
    need_urn,
    any_value(partner_urn) as partner_urn,
    max(distance_miles) as distance_miles,
    null as search_radius_miles
from mart.match
group by definition, need_urn
having max(distance_rank) <> count(*) or count(distinct distance_rank) <> count(*)
union all
select
    further.definition,
    further.need_urn,
    further.partner_urn,
    further.distance_miles,
    null as search_radius_miles
from mart.match as nearer
inner join mart.match as further
    on
        further.definition = nearer.definition
        and further.need_urn = nearer.need_urn
        and further.distance_rank = nearer.distance_rank + 1
where further.distance_m < nearer.distance_m
