-- One row per definition and school in need: how many partners it has (high-performing schools of its phase within its radius; 0 is a count), and
-- the nearest that is known. Of a school whose place or setting is not known nothing is told, and no number of partners where it is not known of
-- too many schools whether they are high-performing (match.question): missing is not zero.
select
    status.definition,
    status.phase,
    status.urn as need_urn,
    any_value(school.can_be_placed) as can_be_placed,
    case
        when any_value(school.can_be_placed) and any_value(high.withheld_because) is null then count(pair.partner_urn)
    end as partners,
    arg_min(pair.partner_urn, (pair.distance_m, pair.partner_urn)) as nearest_urn,
    min(pair.distance_m) as nearest_m
from match.school_status as status
inner join core.school as school on school.urn = status.urn
left join match.question as high
    on high.definition = status.definition and high.phase = status.phase and high.question = 'high_performing'
left join match.pair as pair on pair.definition = status.definition and pair.need_urn = status.urn
where status.status = 'in_need'
group by status.definition, status.phase, status.urn
