-- One row per workbook (workbook_code: the ONS code of its area), sheet of figures and area whose figures stand in it. In the summary: England,
-- its region or regions, in a region's workbook its authorities too, in an authority's itself. Authorities: of the region (an authority's: of the
-- region it lies in). Constituencies: those in which a school of the area stands.
with country as (
    select distinct area_code as country_code
    from mart.area_summary
    where area_type = 'country'
),

place as (
    select distinct
        country.country_code,
        school.region_code,
        school.la_ons_code,
        school.constituency_code
    from mart.school as school
    cross join country
),

authority as (
    select distinct
        country_code,
        region_code,
        la_ons_code
    from place
),

shown as (
    select
        'summary' as sheet,
        unnest([country_code, country_code, region_code, region_code, region_code, la_ons_code, la_ons_code, la_ons_code]) as workbook_code,
        unnest([country_code, region_code, country_code, region_code, la_ons_code, country_code, region_code, la_ons_code]) as area_code
    from authority
    union all
    select
        'local_authorities' as sheet,
        unnest([authority.country_code, authority.region_code, sibling.la_ons_code]) as workbook_code,
        authority.la_ons_code as area_code
    from authority
    inner join authority as sibling on sibling.region_code = authority.region_code
    union all
    select
        'constituencies' as sheet,
        unnest([country_code, region_code, la_ons_code]) as workbook_code,
        constituency_code as area_code
    from place
    where constituency_code is not null
)

select distinct
    workbook_code,
    sheet,
    area_code
from shown
