-- on: match.pair
-- what: A pair is of two phases, of a school with itself, of a school not in need, or with one that is not high-performing.
-- why: Schools are matched within a phase, and only the high-performing can be partners.
-- do: Look at match.pair.
select
    pair.definition,
    pair.need_urn,
    pair.partner_urn
from match.pair as pair
left join match.school_status as need on need.definition = pair.definition and need.urn = pair.need_urn
left join match.school_status as partner on partner.definition = pair.definition and partner.urn = pair.partner_urn
where
    need.status is distinct from 'in_need'
    or partner.status is distinct from 'high_performing'
    or need.phase is distinct from partner.phase
    or pair.phase is distinct from need.phase
    or pair.need_urn = pair.partner_urn
