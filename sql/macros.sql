-- Expressions that several models share.

-- A name as a key: lower case, words separated by one space ("Free Schools - 16-19" and "Free schools 16-19" are one type).
create or replace macro name_key(name) as trim(regexp_replace(lower(name), '[^a-z0-9]+', ' ', 'g'));

-- Whether a number of GIAS is none of an authority of England: Wales; the islands, the forces and others abroad; "does not apply".
create or replace macro is_number_abroad(la_code) as (la_code between '660' and '681' or la_code between '700' and '709' or la_code = '000');

-- A postcode as a key: upper case, no spaces.
create or replace macro postcode_key(postcode) as upper(replace(postcode, ' ', ''));

-- The international mile, in metres.
create or replace macro metres(miles) as miles * 1609.344;

-- Straight-line distance in metres between two National Grid points. Up to 10 miles it differs from the geodesic by less than 0.1 %.
-- Products, as pow() takes longer than the rest of the match.
create or replace macro grid_distance(easting_a, northing_a, easting_b, northing_b) as
sqrt(
    (cast(easting_a as double) - cast(easting_b as double)) * (cast(easting_a as double) - cast(easting_b as double))
    + (cast(northing_a as double) - cast(northing_b as double)) * (cast(northing_a as double) - cast(northing_b as double))
);

-- The H3 cell of a resolution, of the three that a school is indexed at.
create or replace macro cell_at(resolution, r7, r6, r5) as case resolution when 7 then r7 when 6 then r6 when 5 then r5 end;

-- A share in percent, null where there is nothing to take a share of.
create or replace macro percent_of(part, whole) as 100.0 * part / nullif(whole, 0);

-- So many of a thing, in words: 1 row, 1,200 rows.
create or replace macro counted(number, thing) as format('{:,} {}', number, if(number = 1, thing, thing || 's'));

-- What a value was and is, in words.
create or replace macro from_to(before, now, nothing) as
coalesce(nullif(before, ''), nothing) || ' -> ' || coalesce(nullif(now, ''), nothing);

-- Wilson's score interval of a share: its bounds in percent, from the share that was seen (percent) of so many (number). At 95 percent (z = 1.96),
-- the level at which the Department publishes the interval of Progress 8, which stands beside it. Wilson (1927), Journal of the American Statistical
-- Association 22, 209-212; recommended for a single share, of few too, by Newcombe (1998), Statistics in Medicine 17, 857-872, method 3.
create or replace macro wilson_middle(percent, number) as
(percent / 100 + pow(1.96, 2) / (2 * nullif(number, 0))) / (1 + pow(1.96, 2) / nullif(number, 0));

create or replace macro wilson_half(percent, number) as
1.96 * sqrt(percent / 100 * (1 - percent / 100) / nullif(number, 0) + pow(1.96 / (2 * nullif(number, 0)), 2))
/ (1 + pow(1.96, 2) / nullif(number, 0));

create or replace macro wilson_lower(percent, number) as 100 * (wilson_middle(percent, number) - wilson_half(percent, number));

create or replace macro wilson_upper(percent, number) as 100 * (wilson_middle(percent, number) + wilson_half(percent, number));
