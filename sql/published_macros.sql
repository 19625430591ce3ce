-- noqa: disable=LT02,RF02
-- (sqlfluff knows neither the body of a table macro nor its parameters.)
-- Macros of the published DuckDB file. They need no extension; each is called like a table: from partners_of(100001, 'rise').

-- The international mile, in metres (in a warehouse the macro of that name, sql/macros.sql, is there already).
create or replace macro metres(miles) as miles * 1609.344;

-- Metres between two points given in degrees (WGS84), exact to about a metre in 50 miles. Matching measures on the National Grid
-- (mart.match.distance_m); the two differ by less than 0.1 %.
create or replace macro metres_between(longitude_a, latitude_a, longitude_b, latitude_b) as
sqrt(
    pow(
        radians(latitude_b - latitude_a) * 6378137.0 * (1 - 0.00669437999014)
        / pow(1 - 0.00669437999014 * pow(sin(radians((latitude_a + latitude_b) / 2)), 2), 1.5),
        2
    )
    + pow(
        radians(longitude_b - longitude_a) * cos(radians((latitude_a + latitude_b) / 2)) * 6378137.0
        / sqrt(1 - 0.00669437999014 * pow(sin(radians((latitude_a + latitude_b) / 2)), 2)),
        2
    )
);

-- Schools within so many miles (0 to 50, the edge included) of a point given in degrees, nearest first. They stand in the file in the order of their
-- H3 cells, those near each other together: a box that surely holds the circle (a degree of latitude is longer than 111,000 m in England), given as
-- plain bounds, lets DuckDB pass over all blocks of rows but those around the point.
create macro schools_within(lon, lat, miles) as table
with near as (
    select
        urn,
        name,
        phase,
        type,
        trust_name,
        la_name,
        postcode,
        metres_between(cast(lon as double), cast(lat as double), longitude, latitude) as distance_m
    from mart.school
    where
        latitude between lat - metres(miles) / 111000 and lat + metres(miles) / 111000
        and longitude
        between lon - metres(miles) / (111000 * cos(radians(lat + metres(miles) / 111000)))
        and lon + metres(miles) / (111000 * cos(radians(lat + metres(miles) / 111000)))
)

select
    *,
    distance_m / metres(1) as distance_miles
from near
where distance_m <= metres(miles)
union all
-- apart, as a radius below zero finds no row for which it could be refused
select
    null as urn,
    error('schools_within: miles must be from 0 to 50') as name,
    null as phase,
    null as type,
    null as trust_name,
    null as la_name,
    null as postcode,
    null as distance_m,
    null as distance_miles
where not coalesce(miles between 0 and 50, false)
order by distance_m, urn;

-- The H3 cells (of the same resolution) that a radius of so many miles around any point of a cell can touch: a join of school.h3_r7 with
-- them misses no school within the radius.
create macro cells_within(origin, miles) as table
select
    cell.cell,
    cell.schools,
    metres_between(centre.longitude, centre.latitude, cell.longitude, cell.latitude) as distance_m
from mart.cell as centre
inner join mart.cell as cell on cell.resolution = centre.resolution
where
    centre.cell = origin
    and metres_between(centre.longitude, centre.latitude, cell.longitude, cell.latitude)
    <= metres(miles) + centre.reach_m + cell.reach_m
order by distance_m, cell.cell;

-- The high-performing schools near a school in need, nearest first; similarity_rank 1 is the one most like it.
create macro partners_of(need, by_definition) as table
select
    pair.distance_rank,
    pair.distance_miles,
    pair.helper_share,
    pair.similarity_rank,
    pair.similarity,
    partner.urn,
    partner.name,
    partner.la_name,
    partner.trust_name,
    status.reasons,
    pair.same_la,
    pair.same_trust,
    shortlist.shortlist_rank
from mart.match as pair
inner join mart.shortlist as shortlist
    on shortlist.definition = pair.definition and shortlist.need_urn = pair.need_urn and shortlist.partner_urn = pair.partner_urn
inner join mart.school as partner on partner.urn = pair.partner_urn
inner join mart.school_status as status on status.urn = pair.partner_urn and status.definition = pair.definition
where pair.need_urn = need and pair.definition = by_definition
order by pair.distance_rank;

-- The same schools as mart.shortlist orders them, by weights of your own: distance := 2 counts nearness twice, strength := 0 leaves it out.
-- is_on_front: no partner of its kind is at least as near, as alike and as strong, and better in one; no weight changes that.
create macro shortlist_of(need, by_definition, distance := 1, likeness := 1, strength := 1) as table
with ordered as (
    select
        row_number() over (
            order by
                coalesce(cast(shortlist.is_selective_unlike as integer), 0) + coalesce(cast(shortlist.is_single_sex_unlike as integer), 0),
                shortlist.better_in_all > 0,
                distance * shortlist.nearness
                + likeness * coalesce(shortlist.similarity, 0)
                + strength * coalesce(shortlist.strength, 0) / 3 desc,
                shortlist.distance_miles,
                shortlist.partner_urn
        ) as place,
        partner.urn,
        partner.name,
        shortlist.distance_miles,
        shortlist.similarity,
        shortlist.strength,
        shortlist.strength_words,
        shortlist.better_in_all = 0 as is_on_front,
        shortlist.is_selective_unlike,
        shortlist.is_single_sex_unlike,
        shortlist.told_apart,
        shortlist.organisation_name,
        shortlist.organisation_in_need,
        shortlist.schools_in_need
    from mart.shortlist as shortlist
    inner join mart.school as partner on partner.urn = shortlist.partner_urn
    where shortlist.need_urn = need and shortlist.definition = by_definition
)

select *
from ordered
where least(distance, likeness, strength) >= 0 and distance + likeness + strength > 0
union all
-- apart, as a school without partners has no row for which bad weights could be refused
select
    null as place,
    null as urn,
    error('shortlist_of: weights must not be below 0, and one must be above') as name,
    null as distance_miles,
    null as similarity,
    null as strength,
    null as strength_words,
    null as is_on_front,
    null as is_selective_unlike,
    null as is_single_sex_unlike,
    null as told_apart,
    null as organisation_name,
    null as organisation_in_need,
    null as schools_in_need
where
    not coalesce(distance >= 0 and likeness >= 0 and strength >= 0 and distance + likeness + strength > 0, false)
order by place;

-- The figures of an area, by phase, each beside England's; the bounds of its shares, and of how many schools in need the median is.
create macro area_report(area, by_definition) as table
select
    own.phase,
    own.area_type,
    own.area_code,
    own.area_name,
    own.schools,
    own.high_performing,
    own.high_performing_percent,
    england.high_performing_percent as england_high_performing_percent,
    own.in_need,
    own.in_need_percent,
    england.in_need_percent as england_in_need_percent,
    own.partners_median,
    england.partners_median as england_partners_median,
    own.helper_share_median,
    england.helper_share_median as england_helper_share_median,
    own.in_need_without_partner,
    own.partnered_exclusively_1,
    own.partnered_exclusively_2,
    own.partnered_exclusively_3,
    own.not_assessed,
    own.in_need_percent_lower,
    own.in_need_percent_upper,
    own.high_performing_percent_lower,
    own.high_performing_percent_upper,
    own.partners_of,
    own.is_median_of_few
from mart.area_summary as own
left join mart.area_summary as england
    on england.definition = own.definition and england.phase = own.phase and england.area_type = 'country'
where own.area_code = area and own.definition = by_definition
order by own.phase;

-- How the figures of an area went, refresh by refresh: one row per refresh and phase, to draw a trend. Dates of the data stand beside the time of
-- the refresh; whoever draws by them takes the last refresh of a date. What was filled in of earlier years says is_backfill.
create macro area_trend(area, by_definition) as table
select
    refresh.refreshed_at,
    refresh.gias_as_at,
    refresh.ofsted_as_at,
    refresh.is_backfill,
    history.phase,
    history.area_type,
    history.area_code,
    history.area_name,
    history.schools,
    history.high_performing,
    history.in_need,
    100.0 * history.high_performing / nullif(history.schools, 0) as high_performing_percent,
    100.0 * history.in_need / nullif(history.schools, 0) as in_need_percent,
    history.partners_median,
    history.partners_mean,
    history.in_need_without_partner
from mart.refresh_history as refresh
inner join mart.area_history as history
    on history.valid_from <= refresh.refreshed_at and (history.valid_to is null or history.valid_to > refresh.refreshed_at)
where history.area_code = area and history.definition = by_definition
order by history.phase, refresh.refreshed_at;
