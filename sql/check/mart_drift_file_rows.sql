-- on: mart.source_file
-- what: A file has fewer rows than is expected, against the one that stood in its place in the refresh before, from the same source.
-- why: A file that was cut off at the end of a line looks whole: what it has lost looks as if it had never been.
-- do: Compare its rows with the publisher's; fetch it again. If it is right, allow it once: schoolmatch refresh --accept-changes.
with files as (
    select
        'now' as is_of,
        kind,
        layout,
        name,
        covers,
        published,
        rows
    from mart.source_file
    union all
    select
        'before' as is_of,
        kind,
        layout,
        name,
        covers,
        published,
        rows
    from previous.source_file
),

dated as (
    select
        is_of,
        kind,
        max(published) as newest
    from files
    group by is_of, kind
),

-- of what is dated the newest stands in the place of the one before; of the others each in that of its year or name
placed as (
    select
        files.is_of,
        files.kind,
        files.layout,
        case when files.published is null then coalesce(files.covers, regexp_extract(files.name, '[^/]+$')) end as place,
        min(files.name) as name,
        sum(files.rows) as rows
    from files
    inner join dated on dated.is_of = files.is_of and dated.kind = files.kind
    where files.published is null or files.published = dated.newest
    group by files.is_of, files.kind, files.layout, place
)

select
    now.kind,
    now.name,
    before.rows as rows_before,
    now.rows as rows_now
from placed as now
inner join placed as before
    on before.kind = now.kind and before.layout = now.layout and before.place is not distinct from now.place
inner join reference.expectation as expected on expected.name = 'file_rows'
where
    now.is_of = 'now'
    and before.is_of = 'before'
    -- Ofsted's inspections of the year to date begin anew each September
    and now.kind <> 'ofsted_event'
    and before.rows - now.rows > greatest(expected.share * before.rows, expected.at_least)
    and (select folder.is_same_source from previous.folder as folder)
    and not (select run.accepts_changes from landing.run as run)
