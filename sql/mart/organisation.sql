-- One row per definition, phase and organisation (see core.school_organisation) that runs a school of the phase in the definition's universe: its
-- schools, how many are high-performing and in need, and how many schools in need (its own among them) have one of its high-performing
-- schools within their radius. Null, not zero: that reach, where none of its high-performing schools can be placed. For not_known, its own
-- counts are null, since only one school of it is known. What is withheld because too much is not known (match.question) is null as well.
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
        counted.definition,
        counted.phase,
        counted.organisation_kind,
        counted.organisation_id,
        counted.organisation_name,
        case
            when counted.organisation_kind <> 'not_known'
                then {
                    'schools': counted.schools,
                    'high_performing': case when high.withheld_because is null then counted.high_performing end,
                    'in_need': case when need.withheld_because is null then counted.in_need end
                }
        end as own,
        -- no high-performing school, or one at least that can be placed
        (counted.high_performing = 0 or counted.high_performing_with_place > 0)
        and high.withheld_because is null and need.withheld_because is null as is_answered
    from counted
    left join match.question as high
        on high.definition = counted.definition and high.phase = counted.phase and high.question = 'high_performing'
    left join match.question as need
        on need.definition = counted.definition and need.phase = counted.phase and need.question = 'in_need'
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
