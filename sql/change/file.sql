-- One row per publisher's file that only one of the two refreshes read (by kind and content), with the cause.
with other_file as (
    select
        kind,
        sha256,
        is_there as is_added,
        max(coalesce(now, before)) filter (where column_name = 'title') as title,
        max(coalesce(now, before)) filter (where column_name = 'name') as name,
        cast(max(coalesce(now, before)) filter (where column_name = 'published') as date) as published,
        cast(max(coalesce(now, before)) filter (where column_name = 'rows') as bigint) as rows,
        coalesce(cast(published as varchar), name) as release
    from change.value
    where about = 'file' and was_there <> is_there
    group by kind, sha256, is_there
),

before as (
    select
        file.kind,
        max(file.published) as newest,
        bool_or(
            case file.kind when 'ks2_result' then folder.ks2_year < refresh.ks2_year when 'ks4_result' then folder.ks4_year < refresh.ks4_year end
        ) as is_of_earlier_year
    from previous.source_file as file
    cross join previous.folder as folder
    cross join mart.refresh as refresh
    group by file.kind
)

select
    'sources' as heading,
    case when file.is_added then 'file_added' else 'file_removed' end as change,
    concat_ws(': ', file.title, file.name) as name,
    case when not file.is_added then coalesce(cast(file.published as varchar), 'no date') end as before,
    case when file.is_added then coalesce(cast(file.published as varchar), 'no date') end as now,
    [case
        when not file.is_added and bool_or(file.is_added) over (partition by file.kind) then 'superseded'
        when not file.is_added then 'no_longer_read'
        when before.kind is null then 'first_of_its_kind'
        -- names of files of results tell no date: that a newer year is used tells it
        when file.published > before.newest or before.is_of_earlier_year then 'new_release'
        when bool_or(not file.is_added) over (partition by file.kind, file.release) then 'reissued'
        when file.published is not null and before.newest is not null then 'earlier_release'
        else 'other_file'
    end] as causes,
    counted(file.rows, 'row') as detail
from other_file as file
left join before on before.kind = file.kind
