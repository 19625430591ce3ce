-- One row per school of this refresh or of the one compared with, and what differs of it between the two: whether it was and is there and why
-- not, its judgement, its trust; abouts names what else. A school that goes on under another URN is set beside itself as it was. Empty where the
-- folder compared with does not tell of schools.
with differing as (
    select
        coalesce(later.urn, value.urn) as urn,
        value.column_name,
        value.about,
        max(value.before) as before,
        max(value.now) as now
    from change.value as value
    left join change.successor as later on later.earlier_urn = value.urn
    left join change.successor as earlier on earlier.urn = value.urn
    where value.table_name = 'school' and (later.urn is not null or earlier.urn is not null or (value.was_there and value.is_there))
    group by all
    having max(value.before) is distinct from max(value.now)
),

differs as (
    select
        urn,
        cast(max(before) filter (column_name = 'ofsted_date') as date) as judged_before,
        cast(max(now) filter (column_name = 'ofsted_date') as date) as judged_now,
        bool_or(column_name = 'ofsted_inspected_urn' and (before <> cast(urn as varchar) or now <> cast(urn as varchar))) as has_other_link,
        max(before) filter (column_name = 'trust_name') as trust_before,
        max(now) filter (column_name = 'trust_name') as trust_now,
        bool_or(column_name = 'trust_id') as has_other_trust,
        list(distinct about) as abouts
    from differing
    group by urn
)

select
    coalesce(now.urn, before.urn) as urn,
    before.urn is not null as was_there,
    now.urn is not null as is_there,
    coalesce(later.urn, earlier.earlier_urn) as other_urn,
    case
        when before.urn is not null and now.urn is not null then null
        when coalesce(later.urn, earlier.urn) is not null then 'new_urn'
        when now.open_date > folder.gias_as_at or left_out_before.left_out_because = 'not_open' then 'opened'
        when left_out_before.urn is not null then 'left_out_before'
        when now.urn is not null then 'first_appearance'
        when left_out.left_out_because = 'not_open' then 'closed'
        when left_out.is_in_gias then 'left_out'
        else 'not_listed'
    end as presence_cause,
    case
        when differs.judged_now > differs.judged_before then 'new_judgement'
        when differs.has_other_link then 'predecessor_link'
        -- Ofsted publishes within some weeks: a judgement half a year older than the release compared with is no new one
        when differs.judged_before is null and differs.judged_now < folder.ofsted_as_at - interval 6 month then 'judgement_found'
        when differs.judged_before is null and differs.judged_now is not null then 'new_judgement'
        when differs.judged_before is not null then 'judgement_withdrawn'
        when list_contains(differs.abouts, 'judgement') then 'corrected_judgement'
        when list_contains(differs.abouts, 'earlier_judgement') then 'earlier_judgement'
    end as judgement_cause,
    case when now.urn is null then left_out.left_out_because end as left_out_because,
    coalesce(left_out.is_in_gias, false) as is_listed,
    differs.trust_before,
    differs.trust_now,
    case
        when differs.trust_before is null and differs.trust_now is not null then 'joined_trust'
        when differs.trust_before is not null and differs.trust_now is null then 'left_trust'
        -- a trust that is renamed keeps its number; one whose number was not known, or was corrected, its name
        when upper(differs.trust_now) <> upper(differs.trust_before) and differs.has_other_trust then 'changed_trust'
    end as trust_change,
    case when now.trust_joined_date > folder.gias_as_at then 'joined_since' else 'register_changed' end as trust_cause,
    differs.abouts
from mart.school as now
full join previous.school as before on before.urn = now.urn
cross join previous.folder as folder
left join differs on differs.urn = coalesce(now.urn, before.urn)
left join change.successor as later on later.earlier_urn = before.urn
left join change.successor as earlier on earlier.urn = now.urn
left join mart.school_left_out as left_out on left_out.urn = before.urn
left join previous.school_left_out as left_out_before on left_out_before.urn = now.urn
where (select count(*) from previous.school) > 0
