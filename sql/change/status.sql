-- One row per definition and school whose status differs from the refresh compared with, and every cause, the deciding one first
-- (reference.change_cause). A status rests on reasons; a reason names the facts and thresholds it reads (mart.reason). So a cause is taken from
-- the facts that differ of the reasons that came or went, not from whatever else has changed of the school.
with other_status as (
    select
        value.definition,
        value.urn,
        value.before as status_before,
        value.now as status_now,
        coalesce(now.phase, before.phase) as phase,
        before.reasons as reasons_before,
        now.reasons as reasons_now,
        before.excluded_because as excluded_before,
        now.excluded_because as excluded_now,
        before.facts as facts_before,
        now.facts as facts_now
    from change.value as value
    left join previous.school_status as before on before.definition = value.definition and before.urn = value.urn
    left join mart.school_status as now on now.definition = value.definition and now.urn = value.urn
    where
        value.about = 'status'
        -- a definition that is new or gone is no change of its schools
        and value.definition in (select known.definition from previous.school_status as known)
        and value.definition in (select known.definition from mart.school_status as known)
),

-- reasons found at one time only, and what excluded the school at one time only
other_reason as (
    select
        definition,
        urn,
        unnest(list_concat(
            list_filter(reasons_now, lambda code: not list_contains(reasons_before, code)),
            list_filter(reasons_before, lambda code: not list_contains(reasons_now, code)),
            case when excluded_now is distinct from excluded_before then [excluded_now, excluded_before] end
        )) as code
    from other_status
    where reasons_before is not null and reasons_now is not null
),

-- the facts that those reasons read; a row without a fact for what is told of the reason itself
reads as (
    select
        other_reason.definition,
        other_reason.urn,
        coalesce(now.evidence, before.evidence) as evidence,
        unnest(list_append(coalesce(now.facts, before.facts), null)) as fact,
        exists(
            select 1 from change.value as moved
            where
                moved.about = 'threshold'
                and moved.definition = other_reason.definition
                and list_contains(coalesce(now.parameters, before.parameters), moved.parameter)
        ) as has_moved,
        (now.kind is distinct from before.kind) and (select count(*) from previous.reason) > 0 as is_other
    from other_reason
    left join mart.reason as now on now.definition = other_reason.definition and now.code = other_reason.code
    left join previous.reason as before on before.definition = other_reason.definition and before.code = other_reason.code
    where coalesce(now.kind, before.kind) <> 'not_assessed'
),

evidence as (
    select
        reads.*,
        coalesce(fact.about, case reads.evidence when 'inspection' then 'judgement' when 'list' then 'other_list' else reads.evidence end) as about,
        json_extract_string(status.facts_before, '$."' || reads.fact || '"') as before,
        json_extract_string(status.facts_now, '$."' || reads.fact || '"') as now,
        (before is distinct from now and status.facts_before is not null) as differs
    from reads
    inner join other_status as status on status.definition = reads.definition and status.urn = reads.urn
    left join reference.change_fact as fact on fact.fact = reads.fact
),

told as (
    select
        definition,
        urn,
        bool_or(evidence = 'list') as is_of_list,
        bool_or(has_moved) as has_moved,
        bool_or(is_other) as is_other,
        bool_or(about = 'results_year' and now is not null) filter (differs) as has_other_year,
        bool_or(about in ('results', 'results_year') and now is null) filter (differs) as has_lost_result,
        list_distinct(list(about) filter (differs)) as abouts,
        array_to_string(
            list_transform(
                list_sort(list(distinct [about, fact || ' ' || from_to(before, now, 'none')]) filter (differs and about <> 'none')),
                lambda told: told[2]
            ), '; '
        ) as facts
    from evidence
    group by definition, urn
),

found as (
    select
        status.*,
        school.other_urn,
        told.facts,
        [
            school.presence_cause,
            -- a school that is there both times, and in the definition's universe once
            case
                when school.presence_cause is not null then null
                when list_contains(school.abouts, 'phase') then 'phase_changed'
                when list_contains(school.abouts, 'type') and (status.status_before is null or status.status_now is null) then 'type_changed'
            end,
            case
                when school.urn is null then null
                -- the judgement before the latest becomes another with every newer one
                when list_contains(told.abouts, 'earlier_judgement') then coalesce(school.judgement_cause, 'earlier_judgement')
                when list_contains(told.abouts, 'judgement') then school.judgement_cause
            end,
            case
                when told.has_other_year then 'new_results'
                when told.has_lost_result then 'results_withdrawn'
                when list_contains(told.abouts, 'results') then 'corrected_results'
                when list_has_any(told.abouts, ['results_year', 'others_results']) then 'others_results'
            end,
            case when school.urn is not null and list_contains(told.abouts, 'trust') then coalesce(school.trust_change, 'changed_trust') end,
            case when told.is_of_list then 'other_list' end,
            case when told.has_moved then 'threshold_moved' end,
            case when told.is_other then 'definition_changed' end
        ] as causes
    from other_status as status
    left join change.school as school on school.urn = status.urn
    left join told on told.definition = status.definition and told.urn = status.urn
)

select
    found.definition,
    found.urn,
    found.phase,
    found.status_before,
    found.status_now,
    coalesce(
        (
            select list(known.cause order by known.place) from reference.change_cause as known
            where list_contains(found.causes, known.cause)
        ),
        [case when found.status_before is not null and found.facts_before is null then 'older_version' else otherwise.cause end]
    ) as causes,
    concat_ws(
        '; ',
        case
            when len(found.reasons_before) + len(found.reasons_now) > 0
                then 'reasons ' || from_to(array_to_string(found.reasons_before, ', '), array_to_string(found.reasons_now, ', '), 'none')
        end,
        found.facts,
        case
            when found.excluded_now is distinct from found.excluded_before
                then 'excluded ' || from_to(found.excluded_before, found.excluded_now, 'no')
        end,
        'the other URN is ' || cast(found.other_urn as varchar)
    ) as detail
from found
cross join change.unexplained as otherwise
