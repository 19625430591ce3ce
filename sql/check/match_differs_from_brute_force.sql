-- on: match.pair
-- what: The pairs found through H3 cells are not exactly the pairs of all schools in need with all high-performing schools of their phase
-- within the radius.
-- why: A disk that is too small loses matches without a word; this compares with every pair there is.
-- do: Look at how far the disks reach (transforms/disk_reach.py) and at the schools' cells.
with brute_force as (
    select
        need.definition,
        need.urn as need_urn,
        partner.urn as partner_urn
    from match.school_status as need
    inner join core.school as need_school on need_school.urn = need.urn
    inner join match.school_status as partner
        on partner.definition = need.definition and partner.phase = need.phase and partner.status = 'high_performing'
    inner join core.school as partner_school on partner_school.urn = partner.urn
    where
        need.status = 'in_need'
        and sqrt(
            (need_school.easting - partner_school.easting) ** 2 + (need_school.northing - partner_school.northing) ** 2
        ) <= need_school.search_radius_miles * metres(1)
)

select
    coalesce(pair.definition, brute_force.definition) as definition,
    coalesce(pair.need_urn, brute_force.need_urn) as need_urn,
    coalesce(pair.partner_urn, brute_force.partner_urn) as partner_urn,
    pair.need_urn is null as is_lost
from match.pair as pair
full join brute_force
    on
        brute_force.definition = pair.definition
        and brute_force.need_urn = pair.need_urn
        and brute_force.partner_urn = pair.partner_urn
where pair.need_urn is null or brute_force.need_urn is null
