-- One row per school of this refresh or of the one compared with (previous.*), and what differs of it between the two: whether it was and is
-- there and why not, its judgement, its trust, its place. Empty where nothing was published to compare with.
with both_times as (
    select
        coalesce(now.urn, before.urn) as urn,
        before.urn is not null as was_there,
        now.urn is not null as is_there
    from mart.school as now
    full join previous.school as before on before.urn = now.urn
    where (select count(*) from previous.school) > 0
),

-- A school goes on under another URN where Ofsted's judgement was made under the old one, or where it keeps its LAESTAB
candidate as (
    select
        now.urn,
        before.urn as earlier_urn,
        1 as strength
    from both_times as come
    inner join mart.school as now on now.urn = come.urn
    inner join previous.school as before on before.urn = now.ofsted_inspected_urn
    inner join both_times as gone on gone.urn = before.urn
    where not come.was_there and not gone.is_there
    union all
    select
        now.urn,
        before.urn as earlier_urn,
        2 as strength
    from both_times as come
    inner join mart.school as now on now.urn = come.urn
    inner join previous.school as before on before.laestab = now.laestab
    inner join both_times as gone on gone.urn = before.urn
    where not come.was_there and not gone.is_there
),

goes_on as (
    select
        urn,
        earlier_urn
    from candidate
    qualify
        row_number() over (partition by urn order by strength, earlier_urn) = 1
        and row_number() over (partition by earlier_urn order by strength, urn) = 1
),

-- each school beside itself as it was, under whatever URN
paired as (
    select
        both_times.urn,
        both_times.was_there,
        both_times.is_there,
        coalesce(later.urn, earlier.earlier_urn) as other_urn,
        case when both_times.is_there then both_times.urn end as now_urn,
        case when both_times.was_there then both_times.urn when earlier.urn is not null then earlier.earlier_urn end as before_urn
    from both_times
    left join goes_on as earlier on earlier.urn = both_times.urn
    left join goes_on as later on later.earlier_urn = both_times.urn
),

told_now as (
    select
        urn,
        [
            ofsted_framework, ofsted_category_of_concern, ofsted_leadership_and_governance, ofsted_safeguarding,
            cast(ofsted_grade as varchar), cast(ofsted_quality_of_education as varchar),
            cast(ofsted_leadership_and_management as varchar), cast(ofsted_report_card_areas as varchar)
        ] as latest,
        [
            cast(ofsted_previous_date as varchar), ofsted_previous_leadership_and_governance, cast(ofsted_previous_grade as varchar),
            cast(ofsted_previous_quality_of_education as varchar), cast(ofsted_previous_leadership_and_management as varchar)
        ] as earlier
    from mart.school
),

told_before as (
    select
        urn,
        [
            ofsted_framework, ofsted_category_of_concern, ofsted_leadership_and_governance, ofsted_safeguarding,
            cast(ofsted_grade as varchar), cast(ofsted_quality_of_education as varchar),
            cast(ofsted_leadership_and_management as varchar), cast(ofsted_report_card_areas as varchar)
        ] as latest,
        [
            cast(ofsted_previous_date as varchar), ofsted_previous_leadership_and_governance, cast(ofsted_previous_grade as varchar),
            cast(ofsted_previous_quality_of_education as varchar), cast(ofsted_previous_leadership_and_management as varchar)
        ] as earlier
    from previous.school
)

select
    paired.urn,
    paired.was_there,
    paired.is_there,
    paired.other_urn,
    case
        when paired.was_there and paired.is_there then null
        when paired.other_urn is not null then 'new_urn'
        when paired.is_there and (now.open_date > folder.gias_as_at or left_out_before.left_out_because = 'not_open') then 'opened'
        when paired.is_there and left_out_before.urn is not null then 'left_out_before'
        when paired.is_there then 'first_appearance'
        when left_out.left_out_because = 'not_open' then 'closed'
        when left_out.is_in_gias then 'left_out'
        else 'not_listed'
    end as presence_cause,
    coalesce(now.name, before.name) as name,
    coalesce(now.phase, before.phase) as phase,
    coalesce(now.la_ons_code, before.la_ons_code) as la_ons_code,
    coalesce(now.la_name, before.la_name) as la_name,
    coalesce(now.region_code, before.region_code) as region_code,
    coalesce(now.region_name, before.region_name) as region_name,
    case
        when before.urn is null or now.urn is null then null
        when now.ofsted_date > before.ofsted_date then 'new_judgement'
        when
            (now.ofsted_inspected_urn is distinct from before.ofsted_inspected_urn)
            and (now.is_ofsted_of_predecessor or before.is_ofsted_of_predecessor)
            then 'predecessor_link'
        -- Ofsted publishes within some weeks: a judgement half a year older than the release compared with is no new one
        when before.ofsted_date is null and now.ofsted_date < folder.ofsted_as_at - interval 6 month then 'judgement_found'
        when before.ofsted_date is null and now.ofsted_date is not null then 'new_judgement'
        when (now.ofsted_date is distinct from before.ofsted_date) then 'judgement_withdrawn'
        when (told_now.latest is distinct from told_before.latest) then 'corrected_judgement'
        when (told_now.earlier is distinct from told_before.earlier) then 'earlier_judgement'
    end as judgement_cause,
    before.trust_name as trust_before,
    now.trust_name as trust_now,
    case
        when before.urn is null or now.urn is null then null
        when before.trust_name is null and now.trust_name is not null then 'joined_trust'
        when before.trust_name is not null and now.trust_name is null then 'left_trust'
        -- a trust that is renamed keeps its number; one whose number was not known, or was corrected, its name
        when upper(now.trust_name) <> upper(before.trust_name) and (now.trust_id is distinct from before.trust_id) then 'changed_trust'
    end as trust_change,
    case when now.trust_joined_date > folder.gias_as_at then 'joined_since' else 'register_changed' end as trust_cause,
    before.urn is not null and now.urn is not null and now.phase <> before.phase as has_other_phase,
    before.urn is not null and now.urn is not null and now.type <> before.type as has_other_type,
    before.urn is not null and now.urn is not null
    and (now.easting is distinct from before.easting or now.northing is distinct from before.northing) as has_other_place,
    before.urn is not null and now.urn is not null
    and (now.search_radius_miles is distinct from before.search_radius_miles) as has_other_radius
from paired
cross join previous.folder as folder
left join mart.school as now on now.urn = paired.now_urn
left join previous.school as before on before.urn = paired.before_urn
left join told_now on told_now.urn = paired.now_urn
left join told_before on told_before.urn = paired.before_urn
left join mart.school_left_out as left_out on left_out.urn = paired.urn
left join previous.school_left_out as left_out_before on left_out_before.urn = paired.urn
