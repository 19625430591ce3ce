-- No row: match.not_asked as mart.area_summary reads it, in a trial, where figures are of the schools that are asked alone.
select
    cast(null as integer) as definition,
    cast(null as varchar) as phase,
    cast(null as integer) as urn
where false
