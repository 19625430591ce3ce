-- One row per refresh from this source that was published, this one included, and per day of earlier data that was filled in (schoolmatch
-- backfill): when it ran, or the day that was filled in, and what its data speaks of.
select
    kept.refreshed_at,
    kept.gias_as_at,
    kept.ofsted_as_at,
    kept.ks2_year,
    kept.ks4_year,
    kept.code_version,
    coalesce(kept.is_backfill, false) as is_backfill
from history.refresh as kept
anti join mart.refresh as refresh on refresh.started_at = kept.refreshed_at
union all
select
    refresh.started_at as refreshed_at,
    refresh.gias_as_at,
    refresh.ofsted_as_at,
    refresh.ks2_year,
    refresh.ks4_year,
    refresh.code_version,
    false as is_backfill
from mart.refresh as refresh
order by refreshed_at
