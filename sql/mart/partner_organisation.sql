-- One row per definition, school in need and organisation with high-performing schools of its phase within its radius: how many, how near the
-- nearest is, and how much need the organisation has itself (see mart.organisation). organisation_rank 1 has the most such schools; equals by
-- the nearest, then by id. is_own_organisation: it runs the school in need too; null where the trust of one of the two is not known.
with near as (
    select
        pair.definition,
        pair.phase,
        pair.need_urn,
        of_partner.organisation_id,
        count(*) as partners,
        arg_min(pair.partner_urn, (pair.distance_m, pair.partner_urn)) as nearest_urn,
        min(pair.distance_m) as distance_m
    from match.pair as pair
    inner join core.school_organisation as of_partner on of_partner.urn = pair.partner_urn
    group by pair.definition, pair.phase, pair.need_urn, of_partner.organisation_id
)

select
    near.definition,
    near.phase,
    near.need_urn,
    organisation.organisation_kind,
    near.organisation_id,
    organisation.organisation_name,
    cast(row_number() over (
        partition by near.definition, near.need_urn order by near.partners desc, near.distance_m, near.organisation_id
    ) as integer) as organisation_rank,
    near.partners,
    near.nearest_urn,
    near.distance_m,
    near.distance_m / metres(1) as distance_miles,
    case
        -- an academy's trust that is not known may be any trust, but no authority
        when
            'not_known' in (own.organisation_kind, organisation.organisation_kind)
            and own.organisation_kind not in ('local_authority', 'school')
            and organisation.organisation_kind not in ('local_authority', 'school')
            then null
        else own.organisation_id = near.organisation_id
    end as is_own_organisation,
    organisation.schools,
    organisation.in_need,
    organisation.in_need_percent
from near
inner join core.school_organisation as own on own.urn = near.need_urn
inner join mart.organisation as organisation
    on
        organisation.definition = near.definition
        and organisation.phase = near.phase
        and organisation.organisation_id = near.organisation_id
order by near.definition, near.need_urn, organisation_rank
