-- One row per definition, school in need and partner, in the order of its shortlist. organisation: who runs the partner, by its place from 0 among
-- those near (map/organisations.sql).
select
    shortlist.definition,
    shortlist.need_urn,
    shortlist.partner_urn,
    round(shortlist.distance_miles, 2) as miles,
    cast(round(100 * shortlist.similarity) as integer) as alike,
    shortlist.strength_words as evidence,
    near.organisation_rank - 1 as organisation,
    shortlist.schools_in_need,
    shortlist.told_apart
from mart.shortlist as shortlist
inner join mart.partner_organisation as near
    on
        near.definition = shortlist.definition
        and near.need_urn = shortlist.need_urn
        and near.organisation_id = shortlist.organisation_id
order by shortlist.definition, shortlist.need_urn, shortlist.shortlist_rank
