-- One row: this refresh. label is "synthetic sample" where the schools are invented, else null. compared_with is null where nothing comparable
-- was published before.
with files as (
    select
        max(published) filter (where kind = 'gias_establishment') as gias_as_at,
        max(published) filter (where kind = 'ofsted_inspection') as ofsted_as_at,
        bool_or(is_synthetic) as is_synthetic,
        count(*) as source_files
    from mart.source_file
),

years as (
    select
        max(attainment_year) filter (where stage = 'ks2') as ks2_year,
        max(attainment_year) filter (where stage = 'ks4') as ks4_year
    from core.results_year
),

-- of each type of area of which boundaries have landed: areas with schools that have none, and boundaries of areas without a school
area as (
    select distinct
        area_type,
        area_code,
        area_name
    from core.school_area
),

boundary_pair as (
    select
        coalesce(area.area_type, boundary.area_type) as area_type,
        area.area_code is not null as has_area,
        boundary.area_code is not null as has_boundary,
        coalesce(area.area_name, boundary.area_name) || ' (' || coalesce(area.area_code, boundary.area_code) || ')' as name
    from area
    full join raw.ons_boundary as boundary on boundary.area_type = area.area_type and boundary.area_code = area.area_code
    where coalesce(area.area_type, boundary.area_type) in (select landed.area_type from raw.ons_boundary as landed)
),

boundary_told as (
    select
        replace(area_type, '_', ' ') as area_type,
        count(*) filter (where has_area) as areas,
        count(*) filter (where has_boundary) as boundaries,
        list(name order by name) filter (where not has_boundary) as areas_without,
        list(name order by name) filter (where not has_area) as boundaries_without
    from boundary_pair
    group by area_type
)

select
    run.run_id,
    run.started_at,
    run.source,
    run.code_version,
    run.duckdb_version,
    files.gias_as_at,
    files.ofsted_as_at,
    years.ks2_year,
    years.ks4_year,
    files.source_files,
    files.is_synthetic,
    case when files.is_synthetic then 'synthetic sample' end as label,
    (select count(*) from mart.school) as schools,
    (
        select string_agg(told.words, ', ' order by told.words)
        from (
            select format('{} {} ({})', authority.la_code, any_value(authority.la_name), counted(count(*), 'school')) as words
            from mart.school as school
            inner join core.local_authority as authority on authority.la_code = school.la_code and authority.listed_by = 'gias'
            group by authority.la_code
        ) as told
    ) as new_authorities,
    (
        select string_agg(distinct area.area_name, ', ' order by area.area_name)
        from core.school_area as area
        anti join raw.ons_boundary as boundary on boundary.area_type = area.area_type and boundary.area_code = area.area_code
        where
            area.area_type = 'local_authority'
            and area.area_type in (select landed.area_type from raw.ons_boundary as landed)
    ) as authorities_without_boundary,
    (
        select
            string_agg(
                format(
                    '{:,} of {:,} areas of the type {}: {}',
                    len(told.areas_without), told.areas, told.area_type, array_to_string(told.areas_without[:8], ', ')
                ) || if(len(told.areas_without) > 8, ' ...', ''),
                '; ' order by told.area_type
            )
        from boundary_told as told
        where len(told.areas_without) > 0
    ) as areas_without_boundary,
    (
        select
            string_agg(
                format(
                    '{:,} of {:,} boundaries of the type {}: {}',
                    len(told.boundaries_without), told.boundaries, told.area_type, array_to_string(told.boundaries_without[:8], ', ')
                ) || if(len(told.boundaries_without) > 8, ' ...', ''),
                '; ' order by told.area_type
            )
        from boundary_told as told
        where len(told.boundaries_without) > 0
    ) as boundaries_without_area,
    folder.stamp as compared_with,
    folder.source as compared_with_source
from landing.run as run
cross join files
cross join years
left join previous.folder as folder on true
