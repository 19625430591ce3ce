-- on: mart.sensitivity
-- what: At a definition's own value of a parameter the headline figures of England are not those of the area summary, or are not there.
-- why: Both are one answer; a difference says that the other points are wrong too.
-- do: Look at warehouse/sensitivity.py: a trial reads the tables of the warehouse, or counts the pairs, otherwise than the models do;
-- and whether sql/reference/sensitivity_grid.csv names a parameter of every definition.
with country as (
    select *
    from mart.area_summary
    where area_type = 'country'
),

moved as (
    select *
    from mart.sensitivity
    where is_as_defined
)

select
    coalesce(country.definition, moved.definition) as definition,
    coalesce(country.phase, moved.phase) as phase,
    moved.parameter,
    moved.value,
    moved.schools,
    country.schools as expected_schools,
    moved.partners_median,
    country.partners_median as expected_median
from country
full join moved on moved.definition = country.definition and moved.phase = country.phase
where
    moved.schools is distinct from country.schools
    or moved.high_performing is distinct from country.high_performing
    or moved.in_need is distinct from country.in_need
    or moved.partners_median is distinct from country.partners_median
    or moved.partners_mean is distinct from country.partners_mean
    or moved.in_need_without_partner is distinct from country.in_need_without_partner
    or moved.not_assessed is distinct from country.not_assessed
