-- One row per definition and school in need: how many partners it has, high-performing schools of its phase within its search radius, and the
-- nearest of them. A school whose place or setting is not known has no number of partners: that is not zero.
select
    need.definition,
    need.phase,
    need.need_urn,
    need.can_be_placed,
    need.partners,
    helped.helper_share,
    need.nearest_urn,
    need.nearest_m,
    need.nearest_m / metres(1) as nearest_miles
from match.need as need
inner join match.helped as helped on helped.definition = need.definition and helped.need_urn = need.need_urn
order by need.definition, need.need_urn
