-- One row per definition and school in need with a place: how many high-performing schools are within its radius (0 is a count), and the nearest.
-- A school whose place or setting is not known has no count: missing is not zero.
select
    status.definition,
    status.phase,
    status.urn as need_urn,
    count(pair.partner_urn) as partners,
    min(pair.distance_m) as nearest_m
from match.school_status as status
inner join core.school as school on school.urn = status.urn
left join match.pair as pair on pair.definition = status.definition and pair.need_urn = status.urn
where status.status = 'in_need' and school.can_be_placed
group by status.definition, status.phase, status.urn
