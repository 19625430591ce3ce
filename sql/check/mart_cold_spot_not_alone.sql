-- on: mart.cold_spot
-- what: A school in need that has nobody near is not in the table, one that has is, or the nearest found is within the radius after all.
-- why: The match and the cold spots are two answers to one question, and must not contradict each other.
-- do: Look at match.pair and at sql/mart/cold_spot.sql.
select
    coalesce(alone.definition, spot.definition) as definition,
    coalesce(alone.need_urn, spot.need_urn) as need_urn,
    spot.distance_miles
from mart.allocation as alone
full join mart.cold_spot as spot on spot.definition = alone.definition and spot.need_urn = alone.need_urn
where
    (alone.capacity = 1 or alone.capacity is null)
    and (
        (coalesce(alone.partner_missing, '') = 'nobody_near') <> (spot.need_urn is not null)
        or spot.distance_miles <= spot.search_radius_miles
    )
