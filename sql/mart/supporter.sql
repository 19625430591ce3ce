-- One row per definition and high-performing school, a partner or not: of how many schools in need it is one, wherever they stand. A school in
-- need counts for each of its partners, so these numbers must not be added up. A school whose place is not known has none, and no school has one
-- where it is not known of too many schools whether they are in need (match.question): that is not zero.
select
    status.definition,
    status.phase,
    status.urn as partner_urn,
    any_value(partner.partner_urn is not null) as can_be_placed,
    case
        when any_value(partner.partner_urn is not null) and any_value(need.withheld_because) is null then count(pair.need_urn)
    end as schools_in_need
from match.school_status as status
left join match.question as need
    on need.definition = status.definition and need.phase = status.phase and need.question = 'in_need'
left join match.partner as partner on partner.definition = status.definition and partner.partner_urn = status.urn
left join match.pair as pair on pair.definition = status.definition and pair.partner_urn = status.urn
where status.status = 'high_performing'
group by status.definition, status.phase, status.urn
order by status.definition, status.urn
