-- One row per definition, school in need at both times, and whether high-performing schools came into its range or went out of it: which, and
-- why. The partners of a school that is newly or no longer in need are no change of their own: its status is.
with pair as (
    select
        { 'definition': value.definition, 'phase': now.phase, 'urn': value.need_urn, 'is_gained': value.is_there } as need,
        value.partner_urn,
        case
            when status.status_now = 'high_performing' then 'partner_newly_high_performing'
            when status.status_before = 'high_performing' then 'partner_no_longer_high_performing'
            when list_contains(list_concat(need.abouts, partner.abouts), 'phase') then 'phase_changed'
            when list_contains(need.abouts, 'radius') then 'setting_changed'
            when list_contains(need.abouts, 'place') then 'moved'
            when list_contains(partner.abouts, 'place') then 'partner_moved'
            else otherwise.cause
        end as cause,
        status.causes[1] as cause_of_partner
    from change.value as value
    inner join mart.school_status as now on now.definition = value.definition and now.urn = value.need_urn
    inner join previous.school_status as before on before.definition = value.definition and before.urn = value.need_urn
    cross join change.unexplained as otherwise
    left join change.status as status on status.definition = value.definition and status.urn = value.partner_urn
    left join change.school as need on need.urn = value.need_urn
    left join change.school as partner on partner.urn = value.partner_urn
    where value.about = 'partner' and now.status = 'in_need' and before.status = 'in_need'
),

by_cause as (
    select
        need,
        cause,
        cause_of_partner,
        count(*) as partners,
        list(partner_urn) as partner_urns
    from pair
    group by all
),

-- what moved most partners first, then why the partners themselves changed
in_order as (
    select
        need,
        cause,
        min(turn) as turn,
        count(*) as partners
    from (
        select
            need,
            unnest([cause, cause_of_partner]) as cause,
            unnest([1, 2]) as turn
        from pair
    ) as either
    where cause is not null
    group by all
)

select
    'figures' as heading,
    case when pair.need.is_gained then 'partners_gained' else 'partners_lost' end as change,
    pair.need.definition,
    pair.need.phase,
    pair.need.urn,
    (
        select cast(count(*) as varchar) from previous.match as known
        where known.definition = pair.need.definition and known.need_urn = pair.need.urn
    ) as before,
    (
        select cast(count(*) as varchar) from mart.match as known
        where known.definition = pair.need.definition and known.need_urn = pair.need.urn
    ) as now,
    list_sort(flatten(list(pair.partner_urns))) as partner_urns,
    (
        select list(known.cause order by known.turn, known.partners desc, known.cause) from in_order as known
        where known.need = pair.need
    ) as causes,
    string_agg(
        format('{}: {}{}', pair.partners, replace(pair.cause, '_', ' '), coalesce(' (' || replace(pair.cause_of_partner, '_', ' ') || ')', '')),
        '; ' order by pair.partners desc, pair.cause, pair.cause_of_partner
    ) as detail
from by_cause as pair
group by pair.need
