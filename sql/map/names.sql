-- One row per school that the map shows, by name: for the search.
select
    school.urn,
    school.name,
    school.la_ons_code,
    school.la_name
from mart.school as school
where
    school.urn in (
        select status.urn
        from mart.school_status as status
        where status.status in ('in_need', 'high_performing')
    )
order by school.name, school.urn
