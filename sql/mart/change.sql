-- One row per thing that differs from the refresh compared with (mart.refresh.compared_with: the newest folder published before from the same
-- source, else from another): definition, kind of change and school, area, code, threshold or file. heading groups the kinds as data publishers
-- do; cause is the deciding one of causes. A school that was high-performing and now is in need has a row for each. Partners gained and lost are
-- told of schools in need at both times. Empty where nothing was published before, or nothing differs.
with every_row as (
    from change.code
    union all by name
    from change.file
    union all by name
    from change.median
    union all by name
    from change.partner
    union all by name
    select
        'figures' as heading,
        unnest(list_filter(
            list_transform(
                [('newly_', status_now), ('no_longer_', status_before)],
                lambda told: case when told[2] in ('in_need', 'high_performing') then told[1] || told[2] end
            ),
            lambda change: change is not null
        )) as change,
        definition,
        phase,
        urn,
        status_before as before,
        status_now as now,
        causes,
        detail
    from change.status
    union all by name
    select
        'schools' as heading,
        case
            when presence_cause = 'left_out_before' then 'no_longer_left_out'
            when is_there then 'opened'
            -- closed is said where GIAS says so, and of nothing else that a school can be gone for
            when left_out_because = 'not_open' then 'closed'
            when is_listed then 'left_out'
            else 'no_longer_listed'
        end as change,
        urn,
        case when was_there then 'open' end as before,
        case when is_there then 'open' when left_out_because <> 'not_open' and is_listed then left_out_because end as now,
        [presence_cause] as causes,
        'the other URN is ' || cast(other_urn as varchar) as detail
    from change.school
    where presence_cause is not null
    union all by name
    select
        'schools' as heading,
        -- whoever changes trusts leaves one and joins another: a row each
        unnest(case trust_change when 'changed_trust' then ['left_trust', 'joined_trust'] else [trust_change] end) as change,
        urn,
        trust_before as before,
        trust_now as now,
        [trust_cause] as causes
    from change.school
    -- a school that goes on under another URN has its row under the URN it has now
    where trust_change is not null and is_there
    union all by name
    select
        'definitions' as heading,
        about || case when was_there and is_there then '_moved' when is_there then '_added' else '_removed' end as change,
        definition,
        coalesce(parameter, code) as name,
        coalesce(format('{:g}', try_cast(before as double)), before) as before,
        coalesce(format('{:g}', try_cast(now as double)), now) as now,
        ['definition_file'] as causes
    from change.value
    where about in ('threshold', 'rule')
)

select
    folder.stamp as compared_with,
    every_row.heading,
    every_row.change,
    every_row.definition,
    coalesce(every_row.phase, school.phase, school_before.phase) as phase,
    every_row.urn,
    every_row.area_type,
    every_row.area_code,
    coalesce(every_row.name, school.name, school_before.name, 'URN ' || cast(every_row.urn as varchar)) as name,
    coalesce(school.la_ons_code, school_before.la_ons_code) as la_ons_code,
    coalesce(school.la_name, school_before.la_name) as la_name,
    coalesce(school.region_code, school_before.region_code) as region_code,
    coalesce(school.region_name, school_before.region_name) as region_name,
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
-- as it is called now, and where it stands; of a school that is gone, as it was
left join mart.school as school on school.urn = every_row.urn
left join previous.school as school_before on school_before.urn = every_row.urn
order by
    every_row.heading, every_row.change, every_row.definition, phase, name, every_row.urn, every_row.area_type, every_row.area_code,
    every_row.before, every_row.now
