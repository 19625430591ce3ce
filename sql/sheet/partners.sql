-- One row per definition, school in need and partner of it: how far away the partner stands, who runs it, how alike the two are.
select
    pair.definition,
    pair.phase,
    need.region_code,
    need.la_ons_code,
    pair.need_urn,
    need.name as need_name,
    need.la_name as need_la_name,
    pair.distance_rank,
    pair.partner_urn,
    partner.name as partner_name,
    pair.distance_miles,
    pair.helper_share,
    pair.similarity,
    partner.la_name as partner_la_name,
    partner.trust_name as partner_trust_name,
    pair.same_la,
    pair.same_trust,
    partner.ofsted_framework,
    partner.ofsted_date
from mart.match as pair
inner join mart.school as need on need.urn = pair.need_urn
inner join mart.school as partner on partner.urn = pair.partner_urn
