-- One row per definition and school in need: how many partners it has, high-performing schools of its phase within its search radius, and the
-- nearest of them. A school whose place or setting is not known has no number of partners: that is not zero.
select
    definition,
    phase,
    need_urn,
    can_be_placed,
    partners,
    nearest_urn,
    nearest_m,
    nearest_m / metres(1) as nearest_miles
from match.need
order by definition, need_urn
