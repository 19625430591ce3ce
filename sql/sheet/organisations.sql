-- One row per definition, school in need and organisation that runs a partner of it: how many, how near, and how much need it has itself.
select
    near.definition,
    near.phase,
    need.region_code,
    need.la_ons_code,
    near.need_urn,
    need.name as need_name,
    need.la_name,
    near.organisation_rank,
    near.organisation_id,
    near.organisation_name,
    near.organisation_kind,
    near.partners,
    nearest.name as nearest_name,
    near.distance_miles,
    near.schools,
    near.in_need,
    near.in_need_percent,
    organisation.schools_in_need_in_reach,
    near.is_own_organisation
from mart.partner_organisation as near
inner join mart.school as need on need.urn = near.need_urn
inner join mart.school as nearest on nearest.urn = near.nearest_urn
inner join mart.organisation as organisation
    on
        organisation.definition = near.definition
        and organisation.phase = near.phase
        and organisation.organisation_id = near.organisation_id
