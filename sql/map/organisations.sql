-- One row per definition, school in need and organisation that runs one of its partners, by rank; organisations: how many there are.
select
    definition,
    need_urn,
    organisation_name,
    organisation_kind,
    partners,
    round(distance_miles, 2) as miles,
    in_need,
    is_own_organisation,
    count(*) over (partition by definition, need_urn) as organisations
from mart.partner_organisation
order by definition, need_urn, organisation_rank
