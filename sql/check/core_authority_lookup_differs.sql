-- on: core.school
-- what: The lookup of local authorities gives one in twenty of the numbers that our own list has, or more, another ONS code or region.
-- why: Where a column of it has moved by a row, every school counts in another area, and under the boundary of another.
-- do: Compare the lookup with the publisher's, and with sql/reference/local_authority.csv, which says which codes were in force when; land it again.
-- If it is right, allow it once: schoolmatch refresh --accept-changes.
with told as (
    select
        lookup.la_code,
        unnest(['ONS code', 'region']) as differs,
        unnest([lookup.la_ons_code <> listed.ons_code, lookup.region_code <> listed.region_code]) as is_so
    from raw.ons_local_authority as lookup
    inner join reference.local_authority as listed on listed.la_code = lookup.la_code and listed.valid_to is null
)

select
    differs,
    count(*) as authorities,
    count(*) filter (where is_so) as of_them,
    min(la_code) filter (where is_so) as first_la_code
from told
where not (select run.accepts_changes from landing.run as run)
group by differs
-- in the lookup of 2025 none of 153; a few are coded otherwise after a reorganisation. How they are called is the publisher's to say
having count(*) filter (where is_so) > greatest(0.05 * count(*), 3)
