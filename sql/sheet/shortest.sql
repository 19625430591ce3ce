-- One row per definition and area where help is shortest, up to six within England (regions) and within each region (local authorities): how
-- many schools in need of all phases have no partner. within_code: the area within which it is one of the six.
with country as (
    select distinct area_code as country_code
    from mart.area_summary
    where area_type = 'country'
),

authority as (
    select distinct
        la_ons_code,
        region_code
    from mart.school
),

total as (
    select
        area.definition,
        coalesce(authority.region_code, country.country_code) as within_code,
        area.area_name,
        area.area_code,
        sum(area.in_need_without_partner) as in_need_without_partner
    from mart.area_summary as area
    left join authority on authority.la_ons_code = area.area_code
    cross join country
    where area.area_type in ('region', 'local_authority')
    group by all
),

ranked as (
    select
        *,
        row_number() over (
            partition by definition, within_code order by in_need_without_partner desc, area_name, area_code
        ) as rank
    from total
    where in_need_without_partner > 0
)

select
    definition,
    within_code,
    area_name,
    in_need_without_partner
from ranked
where rank <= 6
order by definition, within_code, rank
