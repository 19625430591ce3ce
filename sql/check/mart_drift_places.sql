-- on: mart.school
-- what: More schools than are expected have another radius than in the refresh before, from the same source, or stand over two kilometres from where
-- they stood.
-- why: How far help may come from, and from whom, hangs on both, and a school moves seldom: it is rather a column that has moved by a row.
-- do: Look at easting, northing and setting of some of them. A new rural-urban classification is allowed once: schoolmatch refresh --accept-changes.
with moved as (
    select
        now.urn,
        now.search_radius_miles <> before.search_radius_miles as has_another_radius,
        grid_distance(now.easting, now.northing, before.easting, before.northing) > 2000 as stands_elsewhere
    from mart.school as now
    inner join previous.school as before on before.urn = now.urn
),

asked as (
    select
        urn,
        unnest(['radius', 'place']) as differs,
        unnest([has_another_radius, stands_elsewhere]) as is_so
    from moved
)

select
    asked.differs,
    count(*) as schools,
    count(*) filter (where asked.is_so) as of_them,
    min(asked.urn) filter (where asked.is_so) as first_urn
from asked
inner join reference.expectation as expected on expected.name = 'places'
where
    (select folder.is_same_source from previous.folder as folder)
    and not (select run.accepts_changes from landing.run as run)
group by asked.differs, expected.share, expected.at_least
having count(*) filter (where asked.is_so) > greatest(expected.share * count(*), expected.at_least)
