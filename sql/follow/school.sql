-- One row per definition and school of the earlier vintage: its status then, how it goes on, and its judgement and place by results then and now.
-- A judgement is told of a school that is followed (follow.link) and of which it is known; is_judged_since: inspected after the earlier judgement.
-- near: high-performing schools near it then, whether it was in need or not; near_group: the group of schools in need that had as many.
-- is_compared: in the same phase at both times, with a place by results at both, and known to be in need or known not to be: what gains are told of.
with withheld as (
    select
        definition,
        phase
    from earlier.question
    where question = 'in_need' and withheld_because is not null
)

select
    status.definition,
    status.phase,
    status.urn as from_urn,
    school.name as from_name,
    status.status as from_status,
    case
        when status.status = 'in_need' then true
        when status.in_need_undecided then null
        else false
    end as was_in_need,
    school.la_ons_code,
    school.region_code,
    school.setting,
    near.high_performing as near,
    near_group.help_group as near_group,
    need.partners,
    need.helper_share,
    link.link,
    link.is_followed,
    link.to_urn,
    later.name as to_name,
    school.is_ofsted_below_good as from_is_below_good,
    school.ofsted_date as from_ofsted_date,
    if(link.is_followed, later.is_ofsted_below_good, null) as to_is_below_good,
    if(link.is_followed, later.ofsted_date, null) as to_ofsted_date,
    later.ofsted_date > school.ofsted_date and link.is_followed as is_judged_since,
    if(link.is_followed, nullif(status_now.status, 'not_asked'), null) as to_status,
    place.year as from_results_year,
    place.result as from_result,
    place.place as from_place,
    place_now.year as to_results_year,
    place_now.result as to_result,
    place_now.place as to_place,
    place_now.place - place.place as gain,
    was_in_need is not null and gain is not null as is_compared
from earlier.school_status as status
inner join earlier.school as school on school.urn = status.urn
inner join follow.link as link on link.from_urn = status.urn
left join earlier.need as need on need.definition = status.definition and need.need_urn = status.urn
left join follow.near as near on near.definition = status.definition and near.urn = status.urn
left join reference.help_group as near_group
    on
        near_group.grouping = 'partners' and near.high_performing >= near_group.at_least
        and (near_group.below is null or near.high_performing < near_group.below)
left join core.school as later on later.urn = link.to_urn
left join match.school_status as status_now on status_now.definition = status.definition and status_now.urn = link.to_urn and link.is_followed
left join follow.place as place on place.vintage = 'earlier' and place.urn = status.urn
left join follow.place as place_now
    on place_now.vintage = 'later' and place_now.urn = link.to_urn and link.is_followed and place_now.phase = status.phase
-- of a phase of which it is not told how many are in need nothing is asked
anti join withheld on withheld.definition = status.definition and withheld.phase = status.phase
-- nor of a school outside the base of a definition
where status.status <> 'not_asked'
