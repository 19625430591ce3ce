-- One row per definition, phase and organisation (see core.school_organisation) that runs a school of the phase in the definition's universe: its
-- schools, how many are high-performing and in need, and how many schools in need (its own among them) have one of its high-performing
-- schools within their radius. Null, not zero: that reach, where none of its high-performing schools can be placed. For not_known, its own
-- counts are null, since only one school of it is known.
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
        count(partner.partner_urn) as high_performing_with_place
    from match.school_status as status
    inner join core.school_organisation as organisation on organisation.urn = status.urn
    left join match.partner as partner on partner.definition = status.definition and partner.partner_urn = status.urn
    group by status.definition, status.phase, organisation.organisation_kind, organisation.organisation_id
),

told as (
    select
        definition,
        phase,
        organisation_kind,
        organisation_id,
        organisation_name,
        case
            when organisation_kind <> 'not_known'
                then {
                    'schools': schools,
                    'high_performing': high_performing,
                    'in_need': in_need
                }
        end as own,
        -- no high-performing school, or one at least that can be placed
        high_performing = 0 or high_performing_with_place > 0 as is_answered
    from counted
)

select
    told.definition,
    told.phase,
    told.organisation_kind,
    told.organisation_id,
    told.organisation_name,
    told.own.schools,
    told.own.high_performing,
    told.own.in_need,
    percent_of(told.own.in_need, told.own.schools) as in_need_percent,
    case when told.is_answered then coalesce(reached.schools_in_need, 0) end as schools_in_need_in_reach
from told
left join reached
    on
        reached.definition = told.definition
        and reached.phase = told.phase
        and reached.organisation_id = told.organisation_id
order by told.definition, told.phase, told.organisation_kind, told.organisation_id
