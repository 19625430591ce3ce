-- One row per definition, phase, area and time for which its figures held: valid_from is the refresh that found them first, valid_to the one
-- that found others (null: they hold). From this source alone. The macro area_trend makes a row per refresh of it, to draw a trend.
with this as (
    select started_at from mart.refresh
),

now as (
    select
        definition,
        phase,
        area_type,
        area_code,
        area_name,
        schools,
        high_performing,
        in_need,
        partners_median,
        round(partners_mean, 2) as partners_mean,
        in_need_without_partner,
        not_assessed,
        [schools, high_performing, in_need, partners_median, round(partners_mean, 2), in_need_without_partner, not_assessed] as figures
    from mart.area_summary
),

-- as it was before this refresh, should this one have been kept already
kept as (
    select
        history.definition,
        history.phase,
        history.area_type,
        history.area_code,
        history.area_name,
        history.schools,
        history.high_performing,
        history.in_need,
        history.partners_median,
        history.partners_mean,
        history.in_need_without_partner,
        history.not_assessed,
        history.valid_from,
        nullif(history.valid_to, this.started_at) as valid_to,
        [
            history.schools, history.high_performing, history.in_need, history.partners_median, history.partners_mean,
            history.in_need_without_partner, history.not_assessed
        ] as figures
    from history.area as history
    cross join this
    where history.valid_from is distinct from this.started_at
),

held as (
    select
        kept.definition,
        kept.phase,
        kept.area_type,
        kept.area_code,
        kept.area_name,
        kept.schools,
        kept.high_performing,
        kept.in_need,
        kept.partners_median,
        kept.partners_mean,
        kept.in_need_without_partner,
        kept.not_assessed,
        kept.valid_from,
        case when now.area_code is null then this.started_at end as valid_to
    from kept
    cross join this
    left join now
        on
            now.definition = kept.definition
            and now.phase = kept.phase
            and now.area_type = kept.area_type
            and now.area_code = kept.area_code
            and now.area_name = kept.area_name
            and now.figures = kept.figures
    where kept.valid_to is null
)

select
    kept.definition,
    kept.phase,
    kept.area_type,
    kept.area_code,
    kept.area_name,
    kept.schools,
    kept.high_performing,
    kept.in_need,
    kept.partners_median,
    kept.partners_mean,
    kept.in_need_without_partner,
    kept.not_assessed,
    kept.valid_from,
    kept.valid_to
from kept
where kept.valid_to is not null
union all
select
    held.definition,
    held.phase,
    held.area_type,
    held.area_code,
    held.area_name,
    held.schools,
    held.high_performing,
    held.in_need,
    held.partners_median,
    held.partners_mean,
    held.in_need_without_partner,
    held.not_assessed,
    held.valid_from,
    held.valid_to
from held
union all
select
    now.definition,
    now.phase,
    now.area_type,
    now.area_code,
    now.area_name,
    now.schools,
    now.high_performing,
    now.in_need,
    now.partners_median,
    now.partners_mean,
    now.in_need_without_partner,
    now.not_assessed,
    this.started_at as valid_from,
    null as valid_to
from now
cross join this
anti join held
    on
        held.definition = now.definition
        and held.phase = now.phase
        and held.area_type = now.area_type
        and held.area_code = now.area_code
        and held.valid_to is null
order by definition, phase, area_type, area_code, valid_from
