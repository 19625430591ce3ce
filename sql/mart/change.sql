-- One row per thing that differs from the refresh compared with (mart.refresh.compared_with: the newest folder published before from the same
-- source, else from another): definition, kind of change and school, area, code, threshold or file. heading groups the kinds as data publishers
-- do; cause is the deciding one of causes. A school that was high-performing and now is in need has a row for each. Partners gained and lost are
-- told of schools in need at both times. Empty where nothing was published before, or nothing differs.
with school_row as (
    select
        'schools' as heading,
        case when school.is_there then 'opened' else 'closed' end as change,
        null as definition,
        school.phase,
        school.urn,
        school.name,
        case when school.was_there then 'open' end as before,
        case when school.is_there then 'open' end as now,
        [school.presence_cause] as causes,
        case when school.other_urn is not null then 'the other URN is ' || cast(school.other_urn as varchar) end as detail,
        null as partner_urns
    from change.school as school
    where school.presence_cause is not null
    union all by name
    select
        'schools' as heading,
        -- whoever changes trusts leaves one and joins another: a row each
        unnest(case school.trust_change when 'changed_trust' then ['left_trust', 'joined_trust'] else [school.trust_change] end) as change,
        school.phase,
        school.urn,
        school.name,
        school.trust_before as before,
        school.trust_now as now,
        [school.trust_cause] as causes
    from change.school as school
    -- a school that goes on under another URN has its row under the URN it has now
    where school.trust_change is not null and school.is_there
),

status_row as (
    select
        status.*,
        unnest(list_filter(
            [
                case when status.status_now = 'in_need' then 'newly_in_need' end,
                case when status.status_before = 'in_need' then 'no_longer_in_need' end,
                case when status.status_now = 'high_performing' then 'newly_high_performing' end,
                case when status.status_before = 'high_performing' then 'no_longer_high_performing' end
            ],
            lambda change: change is not null
        )) as change
    from change.status as status
),

-- where the folder compared with tells nothing of schools, today's name and place
named_school as (
    select
        urn,
        name,
        la_ons_code,
        la_name,
        region_code,
        region_name
    from change.school
    union all
    select
        now.urn,
        now.name,
        now.la_ons_code,
        now.la_name,
        now.region_code,
        now.region_name
    from mart.school as now
    anti join change.school as compared on compared.urn = now.urn
),

-- what a person would hold against the publishers' files
worded_status as (
    select
        'figures' as heading,
        status_row.change,
        status_row.definition,
        status_row.phase,
        status_row.urn,
        coalesce(named_school.name, 'URN ' || cast(status_row.urn as varchar)) as name,
        status_row.status_before as before,
        status_row.status_now as now,
        status_row.causes,
        concat_ws(
            '; ',
            case
                when len(status_row.reasons_before) + len(status_row.reasons_now) > 0
                    then format(
                        'reasons {} -> {}',
                        coalesce(nullif(array_to_string(status_row.reasons_before, ', '), ''), 'none'),
                        coalesce(nullif(array_to_string(status_row.reasons_now, ', '), ''), 'none')
                    )
            end,
            status_row.other_facts,
            case
                when status_row.excluded_now is distinct from status_row.excluded_before
                    then format('excluded {} -> {}', coalesce(status_row.excluded_before, 'no'), coalesce(status_row.excluded_now, 'no'))
            end,
            case when school.other_urn is not null then 'the other URN is ' || cast(school.other_urn as varchar) end
        ) as detail
    from status_row
    left join change.school as school on school.urn = status_row.urn
    left join named_school on named_school.urn = status_row.urn
),

partner_cause as (
    select
        definition,
        need_urn,
        is_gained,
        cause,
        cause_of_partner,
        count(*) as partners
    from change.partner
    group by definition, need_urn, is_gained, cause, cause_of_partner
),

-- what moved most partners first, then why the partners themselves changed
partner_cause_in_order as (
    select
        definition,
        need_urn,
        is_gained,
        cause,
        min(turn) as turn,
        sum(partners) as partners
    from (
        select
            definition,
            need_urn,
            is_gained,
            cause,
            1 as turn,
            partners
        from partner_cause
        union all
        select
            definition,
            need_urn,
            is_gained,
            cause_of_partner as cause,
            2 as turn,
            partners
        from partner_cause
        where cause_of_partner is not null
    ) as every_cause
    group by definition, need_urn, is_gained, cause
),

partner_causes as (
    select
        definition,
        need_urn,
        is_gained,
        list(cause order by turn, partners desc, cause) as causes
    from partner_cause_in_order
    group by definition, need_urn, is_gained
),

partner_detail as (
    select
        definition,
        need_urn,
        is_gained,
        string_agg(
            format('{}: {}{}', partners, replace(cause, '_', ' '), coalesce(' (' || replace(cause_of_partner, '_', ' ') || ')', '')),
            '; ' order by partners desc, cause, cause_of_partner
        ) as detail
    from partner_cause
    group by definition, need_urn, is_gained
),

partner_urns as (
    select
        definition,
        need_urn,
        is_gained,
        list(partner_urn order by partner_urn) as partner_urns
    from change.partner
    group by definition, need_urn, is_gained
),

partners_now as (
    select
        definition,
        need_urn,
        count(*) as partners
    from mart.match
    group by definition, need_urn
),

partners_before as (
    select
        definition,
        need_urn,
        count(*) as partners
    from previous.match
    group by definition, need_urn
),

partner_row as (
    select
        'figures' as heading,
        case when partner_urns.is_gained then 'partners_gained' else 'partners_lost' end as change,
        partner_urns.definition,
        status.phase,
        partner_urns.need_urn as urn,
        school.name,
        cast(coalesce(partners_before.partners, 0) as varchar) as before,
        cast(coalesce(partners_now.partners, 0) as varchar) as now,
        partner_urns.partner_urns,
        partner_causes.causes,
        partner_detail.detail
    from partner_urns
    inner join partner_causes
        on
            partner_causes.definition = partner_urns.definition
            and partner_causes.need_urn = partner_urns.need_urn
            and partner_causes.is_gained = partner_urns.is_gained
    inner join partner_detail
        on
            partner_detail.definition = partner_urns.definition
            and partner_detail.need_urn = partner_urns.need_urn
            and partner_detail.is_gained = partner_urns.is_gained
    inner join mart.school_status as status on status.definition = partner_urns.definition and status.urn = partner_urns.need_urn
    inner join mart.school as school on school.urn = partner_urns.need_urn
    left join partners_now on partners_now.definition = partner_urns.definition and partners_now.need_urn = partner_urns.need_urn
    left join partners_before
        on partners_before.definition = partner_urns.definition and partners_before.need_urn = partner_urns.need_urn
),

area_row as (
    select
        'figures' as heading,
        'median_moved' as change,
        definition,
        phase,
        area_type,
        area_code,
        area_name as name,
        format('{:g}', median_before) as before,
        format('{:g}', median_now) as now,
        causes,
        detail
    from change.median
    union all by name
    select
        'areas_and_codes' as heading,
        change,
        area_type,
        area_code,
        name,
        before,
        now,
        [cause] as causes,
        case when schools is not null then format('{:,} schools', schools) end as detail
    from change.code
),

threshold_now as (
    select
        definition,
        parameter,
        value
    from mart.definition
    where parameter is not null
),

definition_row as (
    select
        'definitions' as heading,
        case
            when now.parameter is null then 'threshold_removed'
            when before.parameter is null then 'threshold_added'
            else 'threshold_moved'
        end as change,
        coalesce(now.definition, before.definition) as definition,
        coalesce(now.parameter, before.parameter) as name,
        format('{:g}', before.value) as before,
        format('{:g}', now.value) as now,
        ['definition_file'] as causes
    from threshold_now as now
    full join previous.parameter as before on before.definition = now.definition and before.parameter = now.parameter
    where now.value is distinct from before.value and (select count(*) from previous.parameter) > 0
    union all by name
    select
        'definitions' as heading,
        case when now.code is null then 'rule_removed' else 'rule_added' end as change,
        coalesce(now.definition, before.definition) as definition,
        coalesce(now.code, before.code) as name,
        before.kind as before,
        now.kind as now,
        ['definition_file'] as causes
    from mart.reason as now
    full join previous.reason as before on before.definition = now.definition and before.code = now.code and before.kind = now.kind
    where (now.code is null or before.code is null) and (select count(*) from previous.reason) > 0
),

source_row as (
    select
        'sources' as heading,
        case when is_added then 'file_added' else 'file_removed' end as change,
        concat_ws(': ', title, name) as name,
        case when not is_added then coalesce(cast(published as varchar), 'no date') end as before,
        case when is_added then coalesce(cast(published as varchar), 'no date') end as now,
        [cause] as causes,
        format('{:,} rows', rows) as detail
    from change.file
),

every_row as (
    from school_row
    union all by name
    from worded_status
    union all by name
    from partner_row
    union all by name
    from area_row
    union all by name
    from definition_row
    union all by name
    from source_row
)

select
    folder.stamp as compared_with,
    every_row.heading,
    every_row.change,
    every_row.definition,
    every_row.phase,
    every_row.urn,
    every_row.area_type,
    every_row.area_code,
    every_row.name,
    named_school.la_ons_code,
    named_school.la_name,
    named_school.region_code,
    named_school.region_name,
    every_row.before,
    every_row.now,
    cast(every_row.partner_urns as integer[]) as partner_urns,
    every_row.causes[1] as cause,
    every_row.causes,
    cause.sentence as cause_sentence,
    nullif(every_row.detail, '') as detail
from every_row
cross join previous.folder as folder
left join reference.change_cause as cause on cause.cause = every_row.causes[1]
left join named_school on named_school.urn = every_row.urn
order by
    every_row.heading, every_row.change, every_row.definition, every_row.phase, every_row.name, every_row.urn, every_row.area_type,
    every_row.area_code, every_row.before, every_row.now
