-- One row per definition, school in need at both times, and high-performing school that came into its range or went out of it, with the cause.
-- The partners of a school that is newly or no longer in need are no change of their own: its status is.
with in_need_both_times as (
    select
        now.definition,
        now.urn
    from mart.school_status as now
    inner join previous.school_status as before
        on before.definition = now.definition and before.urn = now.urn and before.status = 'in_need'
    where now.status = 'in_need' and (select count(*) from previous.match) > 0
),

other_pair as (
    select
        coalesce(now.definition, before.definition) as definition,
        coalesce(now.need_urn, before.need_urn) as need_urn,
        coalesce(now.partner_urn, before.partner_urn) as partner_urn,
        now.need_urn is not null as is_gained
    from mart.match as now
    full join previous.match as before
        on before.definition = now.definition and before.need_urn = now.need_urn and before.partner_urn = now.partner_urn
    where now.need_urn is null or before.need_urn is null
)

select
    other_pair.definition,
    other_pair.need_urn,
    other_pair.partner_urn,
    other_pair.is_gained,
    case
        when status.status_now = 'high_performing' then 'partner_newly_high_performing'
        when status.status_before = 'high_performing' then 'partner_no_longer_high_performing'
        when need.has_other_phase or partner.has_other_phase then 'phase_changed'
        when need.has_other_radius then 'setting_changed'
        when need.has_other_place then 'moved'
        when partner.has_other_place then 'partner_moved'
        when (select count(*) from previous.school) = 0 then 'older_version'
        when (folder.code_version is distinct from refresh.code_version) then 'new_version'
        else 'not_explained'
    end as cause,
    status.causes[1] as cause_of_partner
from other_pair
inner join in_need_both_times on in_need_both_times.definition = other_pair.definition and in_need_both_times.urn = other_pair.need_urn
cross join previous.folder as folder
cross join mart.refresh as refresh
left join change.status as status on status.definition = other_pair.definition and status.urn = other_pair.partner_urn
left join change.school as need on need.urn = other_pair.need_urn
left join change.school as partner on partner.urn = other_pair.partner_urn
