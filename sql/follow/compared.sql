-- One row per definition, school that can be compared, and group that it counts in: its change of place, and which schools began at the same place.
-- band: its phase, region, setting and tenth of results; near_band: of these those with as many high-performing schools near; neighbour_gain: mean
-- change of its neighbours (follow.neighbour). That all begin at the same place is what they are for: schools that stand low in one year stand higher
-- in the next by chance alone (regression to the mean).
with neighbours as (
    select
        definition,
        from_urn,
        avg(other_gain) as gain
    from follow.neighbour
    group by definition, from_urn
)

select
    grouped.definition,
    school.phase,
    grouped.grouping,
    grouped.help_group,
    school.la_ons_code,
    school.was_in_need,
    concat_ws('/', school.region_code, school.setting, least(floor(school.from_place / 10), 9)) as band,
    band || '/' || school.near_group as near_band,
    school.gain,
    neighbours.gain as neighbour_gain
from follow.grouped as grouped
inner join follow.school as school on school.definition = grouped.definition and school.from_urn = grouped.from_urn
left join neighbours on neighbours.definition = grouped.definition and neighbours.from_urn = grouped.from_urn
where school.is_compared
