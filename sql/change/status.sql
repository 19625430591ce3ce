-- One row per definition and school whose status differs from the refresh compared with, and every cause, the deciding one first
-- (reference.change_cause). A status rests on reasons; a reason names the facts and thresholds it reads (mart.reason). So a cause is taken from
-- the facts that differ of the reasons that came or went, not from whatever else has changed of the school.
with both_times as (
    select
        coalesce(now.definition, before.definition) as definition,
        coalesce(now.urn, before.urn) as urn,
        coalesce(now.phase, before.phase) as phase,
        before.status as status_before,
        now.status as status_now,
        before.reasons as reasons_before,
        now.reasons as reasons_now,
        before.excluded_because as excluded_before,
        now.excluded_because as excluded_now,
        before.facts as facts_before,
        now.facts as facts_now
    from mart.school_status as now
    full join previous.school_status as before on before.definition = now.definition and before.urn = now.urn
    where
        now.status is distinct from before.status
        -- a definition that is new or gone is no change of its schools
        and coalesce(now.definition, before.definition) in (select known.definition from previous.school_status as known)
        and coalesce(now.definition, before.definition) in (select known.definition from mart.school_status as known)
),

known_reason as (
    select
        definition,
        code,
        kind,
        evidence,
        facts,
        parameters
    from mart.reason
    union all
    select
        before.definition,
        before.code,
        before.kind,
        before.evidence,
        before.facts,
        before.parameters
    from previous.reason as before
    anti join mart.reason as now on now.definition = before.definition and now.code = before.code and now.kind = before.kind
),

-- reasons found at one time only, and what excluded the school at one time only
other_reason as (
    select
        both_times.definition,
        both_times.urn,
        unnest(list_concat(
            list_filter(both_times.reasons_now, lambda code: not list_contains(both_times.reasons_before, code)),
            list_filter(both_times.reasons_before, lambda code: not list_contains(both_times.reasons_now, code)),
            case
                when both_times.excluded_now is distinct from both_times.excluded_before
                    then list_filter([both_times.excluded_now, both_times.excluded_before], lambda code: code is not null)
                else []
            end
        )) as code
    from both_times
    where both_times.reasons_before is not null and both_times.reasons_now is not null
),

explained_reason as (
    select
        other_reason.definition,
        other_reason.urn,
        other_reason.code,
        reason.evidence,
        reason.facts,
        reason.parameters
    from other_reason
    inner join known_reason as reason
        on
            reason.definition = other_reason.definition
            and reason.code = other_reason.code
            and reason.kind <> 'not_assessed'
),

read_fact as (
    select
        definition,
        urn,
        code,
        evidence,
        unnest(facts) as fact
    from explained_reason
),

other_fact as (
    select
        read_fact.definition,
        read_fact.urn,
        read_fact.code,
        read_fact.fact,
        coalesce(
            about.about, case read_fact.evidence when 'inspection' then 'judgement' when 'list' then 'other_list' else read_fact.evidence end
        ) as about,
        json_extract_string(both_times.facts_before, '$."' || read_fact.fact || '"') as value_before,
        json_extract_string(both_times.facts_now, '$."' || read_fact.fact || '"') as value_now
    from read_fact
    inner join both_times on both_times.definition = read_fact.definition and both_times.urn = read_fact.urn
    left join reference.change_fact as about on about.fact = read_fact.fact
    where value_now is distinct from value_before and both_times.facts_before is not null
),

-- the facts that differ, in words that a person can hold against the publishers' files
told_fact as (
    select
        definition,
        urn,
        string_agg(fact || ' ' || coalesce(value_before, 'none') || ' -> ' || coalesce(value_now, 'none'), '; ' order by about, fact) as facts
    from (
        select distinct
            definition,
            urn,
            fact,
            about,
            value_before,
            value_now
        from other_fact
        where about <> 'none'
    ) as fact
    group by definition, urn
),

other_results as (
    select
        definition,
        urn,
        bool_or(about = 'results_year' and value_now is not null) as has_other_year,
        bool_or(about = 'results') as has_other_result,
        bool_or(about in ('results', 'results_year') and value_now is null) as has_lost_result
    from other_fact
    where about in ('results', 'results_year', 'others_results')
    group by definition, urn
),

moved_threshold as (
    select
        coalesce(now.definition, before.definition) as definition,
        coalesce(now.parameter, before.parameter) as parameter
    from (
        select
            definition,
            parameter,
            value
        from mart.definition
        where parameter is not null
    ) as now
    full join previous.parameter as before on before.definition = now.definition and before.parameter = now.parameter
    where now.value is distinct from before.value and (select count(*) from previous.parameter) > 0
),

other_rule as (
    select
        coalesce(now.definition, before.definition) as definition,
        coalesce(now.code, before.code) as code
    from mart.reason as now
    full join previous.reason as before on before.definition = now.definition and before.code = now.code and before.kind = now.kind
    where (now.code is null or before.code is null) and (select count(*) from previous.reason) > 0
),

found as (
    select
        both_times.definition,
        both_times.urn,
        school.presence_cause as cause
    from both_times
    inner join change.school as school on school.urn = both_times.urn and school.presence_cause is not null
    union all
    -- a school that is there both times, and in the definition's universe once
    select
        both_times.definition,
        both_times.urn,
        case when school.has_other_phase then 'phase_changed' else 'type_changed' end as cause
    from both_times
    inner join change.school as school on school.urn = both_times.urn and school.presence_cause is null
    where
        (both_times.status_before is null or both_times.status_now is null or school.has_other_phase)
        and (school.has_other_phase or school.has_other_type)
    union all
    select
        other_fact.definition,
        other_fact.urn,
        -- the judgement before the latest becomes another with every newer one
        case when other_fact.about = 'earlier_judgement' and school.judgement_cause is null then 'earlier_judgement' else school.judgement_cause end
            as cause
    from other_fact
    inner join change.school as school on school.urn = other_fact.urn
    where other_fact.about in ('judgement', 'earlier_judgement')
    union all
    select
        other_results.definition,
        other_results.urn,
        case
            when other_results.has_other_year then 'new_results'
            when other_results.has_lost_result then 'results_withdrawn'
            when other_results.has_other_result then 'corrected_results'
            else 'others_results'
        end as cause
    from other_results
    union all
    select
        other_fact.definition,
        other_fact.urn,
        coalesce(school.trust_change, 'changed_trust') as cause
    from other_fact
    inner join change.school as school on school.urn = other_fact.urn
    where other_fact.about = 'trust'
    union all
    select
        explained_reason.definition,
        explained_reason.urn,
        'other_list' as cause
    from explained_reason
    where explained_reason.evidence = 'list'
    union all
    select
        explained_reason.definition,
        explained_reason.urn,
        'threshold_moved' as cause
    from explained_reason
    inner join moved_threshold
        on
            moved_threshold.definition = explained_reason.definition
            and list_contains(explained_reason.parameters, moved_threshold.parameter)
    union all
    select
        explained_reason.definition,
        explained_reason.urn,
        'definition_changed' as cause
    from explained_reason
    inner join other_rule on other_rule.definition = explained_reason.definition and other_rule.code = explained_reason.code
),

in_order as (
    select
        found.definition,
        found.urn,
        list(found.cause order by cause.place) as causes
    from (
        select distinct
            definition,
            urn,
            cause
        from found
        where cause is not null
    ) as found
    inner join reference.change_cause as cause on cause.cause = found.cause
    group by found.definition, found.urn
)

select
    both_times.definition,
    both_times.urn,
    both_times.phase,
    both_times.status_before,
    both_times.status_now,
    both_times.reasons_before,
    both_times.reasons_now,
    both_times.excluded_before,
    both_times.excluded_now,
    told_fact.facts as other_facts,
    case
        when in_order.causes is not null then in_order.causes
        when both_times.facts_before is null and both_times.status_before is not null then ['older_version']
        when (select count(*) from previous.school) = 0 then ['older_version']
        when (folder.code_version is distinct from refresh.code_version) then ['new_version']
        else ['not_explained']
    end as causes
from both_times
cross join previous.folder as folder
cross join mart.refresh as refresh
left join told_fact on told_fact.definition = both_times.definition and told_fact.urn = both_times.urn
left join in_order on in_order.definition = both_times.definition and in_order.urn = both_times.urn
