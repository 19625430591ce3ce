-- One row per definition, phase and organisation (see core.school_organisation) that runs a school of the phase in the definition's universe: its
-- schools, how many are high-performing and in need, and how many schools in need (its own among them) have one of its high-performing
-- schools within their radius. Null, not zero: that reach where none of its high-performing schools can be placed; and all that an
-- organisation of which only one school is known (not_known) has itself.
with reached as (
    select
        pair.definition,
        pair.phase,
        organisation.organisation_id,
        count(distinct pair.need_urn) as schools_in_need
    from match.pair as pair
    inner join core.school_organisation as organisation on organisation.urn = pair.partner_urn
    group by pair.definition, pair.phase, organisation.organisation_id
),

counted as (
    select
        status.definition,
        status.phase,
        organisation.organisation_kind,
        organisation.organisation_id,
        min(organisation.organisation_name) as organisation_name,
        count(*) as schools,
        count(*) filter (where status.status = 'high_performing') as high_performing,
        count(*) filter (where status.status = 'in_need') as in_need,
        -- no high-performing school, or one at least that can be placed
        count(*) filter (where status.status = 'high_performing') = 0 or count(partner.partner_urn) > 0 as is_answered
    from match.school_status as status
    inner join core.school_organisation as organisation on organisation.urn = status.urn
    left join match.partner as partner on partner.definition = status.definition and partner.partner_urn = status.urn
    group by status.definition, status.phase, organisation.organisation_kind, organisation.organisation_id
)

select
    counted.definition,
    counted.phase,
    counted.organisation_kind,
    counted.organisation_id,
    counted.organisation_name,
    case when counted.organisation_kind <> 'not_known' then counted.schools end as schools,
    case when counted.organisation_kind <> 'not_known' then counted.high_performing end as high_performing,
    case when counted.organisation_kind <> 'not_known' then counted.in_need end as in_need,
    case when counted.organisation_kind <> 'not_known' then percent_of(counted.in_need, counted.schools) end as in_need_percent,
    case when counted.is_answered then coalesce(reached.schools_in_need, 0) end as schools_in_need_in_reach
from counted
left join reached
    on
        reached.definition = counted.definition
        and reached.phase = counted.phase
        and reached.organisation_id = counted.organisation_id
order by counted.definition, counted.phase, counted.organisation_kind, counted.organisation_id
