-- on: mart.source_file
-- what: The newest extract, release or year of results is older than in the refresh before, from the same source, or there is none any more.
-- why: A file that is missing, or of which the newest year was not read, makes what is older count again, as if it were of today.
-- do: Put the file back. If it is right, allow it once: schoolmatch refresh --accept-changes.
with now as (
    select
        kind as source,
        cast(max(published) as varchar) as newest
    from mart.source_file
    where kind in ('gias_establishment', 'ofsted_inspection')
    group by kind
    union all
    select
        stage as source,
        cast(attainment_year as varchar) as newest
    from core.results_year
),

before as (
    select
        unnest(['gias_establishment', 'ofsted_inspection', 'ks2', 'ks4']) as source,
        unnest([cast(gias_as_at as varchar), cast(ofsted_as_at as varchar), cast(ks2_year as varchar), cast(ks4_year as varchar)]) as newest
    from previous.folder
    where is_same_source and not (select run.accepts_changes from landing.run as run)
)

-- years and dates are in the order of their text
select
    before.source,
    before.newest as newest_before,
    now.newest as newest_now
from before
left join now on now.source = before.source
where before.newest is not null and coalesce(now.newest < before.newest, true)
