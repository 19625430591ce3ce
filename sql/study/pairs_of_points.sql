-- One row per point of the grid, school in need there and partner of it there: of the pairs found for the widest radius those that the point's own
-- radius reaches. The radius is worked out as match.pair does it, so that a school on the edge is in or out alike. Asked in a trial.
select
    need.definition,
    candidate.phase,
    candidate.need_urn,
    candidate.partner_urn,
    candidate.distance_m,
    metres(school.defined_radius_miles * point.factor) as radius_m
from candidate
inner join core.school as school on school.urn = candidate.need_urn
inner join match.school_status as need on need.urn = candidate.need_urn and need.status = 'in_need'
inner join match.school_status as partner
    on
        partner.definition = need.definition
        and partner.urn = candidate.partner_urn
        and partner.status = 'high_performing'
inner join point on point.place = need.definition
where candidate.distance_m <= metres(school.defined_radius_miles * point.factor)
