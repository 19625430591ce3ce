-- One row per definition, school in need and high-performing school of its phase within its radius. distance_rank 1 is the nearest;
-- schools on one site are told apart by URN. similarity_rank 1 is the most alike (match_similarity has the parts), equals by distance, then URN;
-- it is null where nothing is known to compare by.
select
    pair.definition,
    pair.phase,
    pair.need_urn,
    pair.partner_urn,
    pair.distance_m,
    pair.distance_m / metres(1) as distance_miles,
    cast(row_number() over (
        partition by pair.definition, pair.need_urn order by pair.distance_m, pair.partner_urn
    ) as integer) as distance_rank,
    share.helper_share,
    similarity.similarity,
    case
        when similarity.similarity is not null
            then cast(row_number() over (
                partition by pair.definition, pair.need_urn
                order by similarity.similarity desc nulls last, pair.distance_m, pair.partner_urn
            ) as integer)
    end as similarity_rank,
    need.la_ons_code = partner.la_ons_code as same_la,
    -- null where both can be in one: the trust of one is not known, and the other is in a trust or may be
    case
        when 'local_authority' in (of_need.organisation_kind, of_partner.organisation_kind) then false
        when 'school' in (of_need.organisation_kind, of_partner.organisation_kind) then false
        when 'not_known' not in (of_need.organisation_kind, of_partner.organisation_kind) then of_need.organisation_id = of_partner.organisation_id
    end as same_trust
from match.pair as pair
inner join match.share as share
    on share.definition = pair.definition and share.need_urn = pair.need_urn and share.partner_urn = pair.partner_urn
inner join match.similarity as similarity on similarity.need_urn = pair.need_urn and similarity.partner_urn = pair.partner_urn
inner join core.school as need on need.urn = pair.need_urn
inner join core.school as partner on partner.urn = pair.partner_urn
inner join core.school_organisation as of_need on of_need.urn = pair.need_urn
inner join core.school_organisation as of_partner on of_partner.urn = pair.partner_urn
order by pair.definition, pair.need_urn, distance_rank
