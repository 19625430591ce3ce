-- One row per publisher's file that only one of the two refreshes read (by kind and content), with the cause.
with other_file as (
    select
        coalesce(now.kind, before.kind) as kind,
        coalesce(now.title, before.title) as title,
        coalesce(now.name, before.name) as name,
        coalesce(now.published, before.published) as published,
        coalesce(now.rows, before.rows) as rows,
        now.kind is not null as is_added
    from mart.source_file as now
    full join previous.source_file as before on before.kind = now.kind and before.sha256 is not distinct from now.sha256
    where
        (now.kind is null or before.kind is null)
        and (select count(*) from previous.source_file) > 0
),

kind_before as (
    select
        kind,
        max(published) as newest
    from previous.source_file
    group by kind
)

select
    other_file.*,
    case
        when other_file.is_added and kind_before.kind is null then 'first_of_its_kind'
        when other_file.is_added and other_file.published > kind_before.newest then 'new_release'
        -- names of files of results tell no date: that a newer year is used tells it
        when other_file.is_added and other_file.kind = 'ks2_result' and refresh.ks2_year > folder.ks2_year then 'new_release'
        when other_file.is_added and other_file.kind = 'ks4_result' and refresh.ks4_year > folder.ks4_year then 'new_release'
        when
            other_file.is_added
            and exists (
                select 1
                from other_file as gone
                where
                    gone.kind = other_file.kind
                    and not gone.is_added
                    and (gone.published = other_file.published or (other_file.published is null and gone.name = other_file.name))
            )
            then 'reissued'
        when other_file.is_added and other_file.published is not null and kind_before.newest is not null then 'earlier_release'
        when other_file.is_added then 'other_file'
        when exists (
            select 1 from other_file as come
            where come.kind = other_file.kind and come.is_added
        ) then 'superseded'
        else 'no_longer_read'
    end as cause
from other_file
cross join previous.folder as folder
cross join mart.refresh as refresh
left join kind_before on kind_before.kind = other_file.kind
