-- on: mart.sensitivity
-- what: At a definition's own value of a parameter the headline figures of England are not those of the area summary.
-- why: Both are one answer; a difference says that the other points are wrong too.
-- do: Look at warehouse/study/sensitivity.py: a trial reads the tables of the warehouse, or counts the pairs, otherwise than the models do.
select
    moved.definition,
    moved.phase,
    moved.parameter,
    moved.value,
    moved.schools,
    country.schools as expected_schools,
    moved.partners_median,
    country.partners_median as expected_median
from mart.sensitivity as moved
left join mart.area_summary as country
    on country.definition = moved.definition and country.phase = moved.phase and country.area_type = 'country'
where
    moved.is_as_defined
    and (
        moved.schools is distinct from country.schools
        or moved.high_performing is distinct from country.high_performing
        or moved.in_need is distinct from country.in_need
        or moved.partners_median is distinct from country.partners_median
        or moved.partners_mean is distinct from country.partners_mean
        or moved.in_need_without_partner is distinct from country.in_need_without_partner
        or moved.not_assessed is distinct from country.not_assessed
    )
