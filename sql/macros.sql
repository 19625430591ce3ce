-- Expressions that several models share.

-- A name as a key: lower case, words separated by one space ("Free Schools - 16-19" and "Free schools 16-19" are one type).
create or replace macro name_key(name) as trim(regexp_replace(lower(name), '[^a-z0-9]+', ' ', 'g'));

-- A postcode as a key: upper case, no spaces.
create or replace macro postcode_key(postcode) as upper(replace(postcode, ' ', ''));

-- The international mile, in metres.
create or replace macro metres(miles) as miles * 1609.344;

-- Straight-line distance in metres between two National Grid points. Up to 10 miles it differs from the geodesic by less than 0.1 %.
create or replace macro grid_distance(easting_a, northing_a, easting_b, northing_b) as
sqrt(
    pow(cast(easting_a as double) - cast(easting_b as double), 2)
    + pow(cast(northing_a as double) - cast(northing_b as double), 2)
);

-- A share in percent, null where there is nothing to take a share of.
create or replace macro percent_of(part, whole) as 100.0 * part / nullif(whole, 0);

-- What a value was and is, in words.
create or replace macro from_to(before, now, nothing) as
coalesce(nullif(before, ''), nothing) || ' -> ' || coalesce(nullif(now, ''), nothing);
