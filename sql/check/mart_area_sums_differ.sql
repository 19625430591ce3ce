-- on: mart.area_summary
-- what: Schools, high-performing, in need or partnered summed over regions or local authorities are not those of the country, or no region or
-- no local authority is there at all.
-- why: Every school stands in one region and one local authority; a difference is a school lost or counted twice.
-- do: Look for schools without a region in core.school, and for areas with two names or codes.
with summed as (
    select
        definition,
        phase,
        area_type,
        sum(schools) as schools,
        sum(high_performing) as high_performing,
        sum(in_need) as in_need,
        sum(in_need_without_partner) as in_need_without_partner,
        sum(partnered_exclusively_1) as partnered_exclusively_1,
        sum(partnered_exclusively_2) as partnered_exclusively_2,
        sum(partnered_exclusively_3) as partnered_exclusively_3
    from mart.area_summary
    where area_type in ('country', 'region', 'local_authority')
    group by definition, phase, area_type
)

select
    country.definition,
    country.phase,
    kind.area_type,
    part.schools,
    country.schools as schools_of_country
from summed as country
cross join (values ('region'), ('local_authority')) as kind (area_type)
left join summed as part
    on part.definition = country.definition and part.phase = country.phase and part.area_type = kind.area_type
where
    country.area_type = 'country'
    and (
        part.schools is distinct from country.schools
        or part.high_performing <> country.high_performing
        or part.in_need <> country.in_need
        or part.in_need_without_partner <> country.in_need_without_partner
        or part.partnered_exclusively_1 <> country.partnered_exclusively_1
        or part.partnered_exclusively_2 <> country.partnered_exclusively_2
        or part.partnered_exclusively_3 <> country.partnered_exclusively_3
    )
