-- One row per definition, school in need and partner of it: how far away the partner stands, how alike the two are, its
-- place in the shortlist and what it goes by, who runs it, and who else may ask for its help.
select
    pair.definition,
    pair.phase,
    need.region_code,
    need.la_ons_code,
    pair.need_urn,
    need.name as need_name,
    need.la_name as need_la_name,
    pair.distance_rank,
    shortlist.shortlist_rank,
    pair.partner_urn,
    partner.name as partner_name,
    pair.distance_miles,
    pair.helper_share,
    pair.similarity,
    shortlist.strength_words,
    shortlist.told_apart,
    partner.la_name as partner_la_name,
    partner.trust_name as partner_trust_name,
    shortlist.schools_in_need,
    shortlist.organisation_in_need,
    pair.same_la,
    pair.same_trust,
    partner.ofsted_framework,
    partner.ofsted_date
from mart.match as pair
inner join mart.shortlist as shortlist
    on shortlist.definition = pair.definition and shortlist.need_urn = pair.need_urn and shortlist.partner_urn = pair.partner_urn
inner join mart.school as need on need.urn = pair.need_urn
inner join mart.school as partner on partner.urn = pair.partner_urn
