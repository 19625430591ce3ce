-- No row: match.allocation as mart.area_summary reads it, in a trial, where assignments of partners are not worked out.
select
    cast(null as integer) as definition,
    cast(null as integer) as capacity,
    cast(null as integer) as need_urn
where false
