-- on: mart.source_file
-- what: A file has fewer rows than is expected, against the one that stood in its place in the refresh before, from the same source; or there are
-- fewer files of its kind than before, and nothing stands in its place (0 rows).
-- why: A file that was cut off at the end of a line looks whole: what it has lost, or a year or list that is not there any more, looks as if it had
-- never been.
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
),

-- a year that was read in one layout may be read in another now
places as (
    select
        kind,
        place,
        count(*) filter (where is_of = 'now') > 0 as is_there,
        count(*) filter (where count(*) filter (where is_of = 'now') > 0) over of_kind
        < count(*) filter (where count(*) filter (where is_of = 'before') > 0) over of_kind as are_fewer
    from placed
    group by kind, place
    window of_kind as (partition by kind)
),

compared as (
    select
        before.kind,
        coalesce(now.name, before.name) as name,
        before.rows as rows_before,
        case when now.name is not null then now.rows when not places.is_there and places.are_fewer then 0 end as rows_now
    from placed as before
    inner join places on places.kind = before.kind and places.place is not distinct from before.place
    left join placed as now
        on now.is_of = 'now' and now.kind = before.kind and now.layout = before.layout and now.place is not distinct from before.place
    where before.is_of = 'before'
)

select
    compared.kind,
    compared.name,
    compared.rows_before,
    compared.rows_now
from compared
inner join reference.expectation as expected on expected.name = 'file_rows'
where
    -- Ofsted's inspections of the year to date begin anew each September
    (compared.rows_now = 0 or compared.kind <> 'ofsted_event')
    and (compared.rows_now = 0 or compared.rows_before - compared.rows_now > greatest(expected.share * compared.rows_before, expected.at_least))
    and (select folder.is_same_source from previous.folder as folder)
    and not (select run.accepts_changes from landing.run as run)
