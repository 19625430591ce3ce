-- One row per definition, school and time for which its status held: valid_from is the refresh that found it first, valid_to the one that found
-- it no more (null: it holds). Refreshes that found the same add no row. From this source alone; refreshes: mart.refresh_history.
with this as (
    select started_at from mart.refresh
),

-- as it was before this refresh, should this one have been kept already
kept as (
    select
        history.definition,
        history.urn,
        history.phase,
        history.status,
        history.valid_from,
        nullif(history.valid_to, this.started_at) as valid_to
    from history.status as history
    cross join this
    where history.valid_from is distinct from this.started_at
),

held as (
    select
        kept.definition,
        kept.urn,
        kept.phase,
        kept.status,
        kept.valid_from,
        case when now.urn is null then this.started_at end as valid_to
    from kept
    cross join this
    left join mart.school_status as now
        on now.definition = kept.definition and now.urn = kept.urn and now.phase = kept.phase and now.status = kept.status
    where kept.valid_to is null
)

select
    kept.definition,
    kept.urn,
    kept.phase,
    kept.status,
    kept.valid_from,
    kept.valid_to
from kept
where kept.valid_to is not null
union all
select
    held.definition,
    held.urn,
    held.phase,
    held.status,
    held.valid_from,
    held.valid_to
from held
union all
select
    now.definition,
    now.urn,
    now.phase,
    now.status,
    this.started_at as valid_from,
    null as valid_to
from mart.school_status as now
cross join this
anti join held
    on held.definition = now.definition and held.urn = now.urn and held.phase = now.phase and held.status = now.status
order by definition, urn, valid_from
