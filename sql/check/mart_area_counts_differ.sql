-- on: mart.area_summary
-- what: What is counted of an area, counted another way (from the published schools, statuses, pairs and allocated partners), differs; or an area in
-- which a school stands is not in the table, or one in which none does is.
-- why: Each figure of an area is quoted by itself: that a sum over all areas agrees does not show that each is right.
-- do: Look at sql/mart/area_summary.sql, and at the areas of core.school_area.
with standing as (
    select
        urn,
        'country' as area_type,
        'E92000001' as area_code
    from mart.school
    union all
    select
        urn,
        'region' as area_type,
        region_code as area_code
    from mart.school
    union all
    select
        urn,
        'local_authority' as area_type,
        la_ons_code as area_code
    from mart.school
    union all
    select
        urn,
        'constituency' as area_type,
        constituency_code as area_code
    from mart.school
),

asked as (
    select
        status.definition,
        status.phase,
        status.urn,
        status.status,
        status.status = 'neither' and len(status.not_assessed) > 0 as is_not_assessed,
        status.in_need_undecided,
        status.high_performing_undecided,
        status.status = 'in_need' and school.h3_r7 is not null and school.search_radius_miles is not null as can_be_placed,
        nearest.need_urn is not null as has_partner
    from mart.school_status as status
    inner join mart.school as school on school.urn = status.urn
    left join mart.match as nearest
        on nearest.definition = status.definition and nearest.need_urn = status.urn and nearest.distance_rank = 1
),

exclusive as (
    select
        definition,
        need_urn,
        count(*) filter (where capacity = 1) as has_partner_1,
        count(*) filter (where capacity = 2) as has_partner_2,
        count(*) filter (where capacity = 3) as has_partner_3
    from mart.allocation
    where partner_urn is not null
    group by definition, need_urn
),

counted as (
    select
        asked.definition,
        asked.phase,
        area.area_type,
        area.area_code,
        count(*) filter (where asked.status <> 'not_asked') as schools,
        count(*) filter (where asked.status = 'not_asked') as not_asked,
        count(*) filter (where asked.status = 'high_performing') as high_performing,
        count(*) filter (where asked.status = 'in_need') as in_need,
        count(*) filter (where asked.is_not_assessed) as not_assessed,
        count(*) filter (where asked.in_need_undecided) as in_need_undecided,
        count(*) filter (where asked.high_performing_undecided) as high_performing_undecided,
        count(*) filter (where asked.in_need_undecided and asked.status = 'high_performing') as high_performing_unless_in_need,
        count(*) filter (where asked.can_be_placed) as placed,
        count(*) filter (where asked.can_be_placed and not asked.has_partner) as without_partner,
        coalesce(sum(exclusive.has_partner_1), 0) as partnered_1,
        coalesce(sum(exclusive.has_partner_2), 0) as partnered_2,
        coalesce(sum(exclusive.has_partner_3), 0) as partnered_3
    from asked
    inner join standing as area on area.urn = asked.urn
    left join exclusive on exclusive.definition = asked.definition and exclusive.need_urn = asked.urn
    where area.area_code is not null
    group by asked.definition, asked.phase, area.area_type, area.area_code
),

withheld as (
    select
        definition,
        phase,
        list(question) as questions
    from mart.question
    where withheld_because is not null
    group by definition, phase
),

-- where there are schools in need and none can be placed, who has a partner is not known; what is withheld, or of no schools, is not told (0 where
-- it is told)
answered as (
    select
        counted.*,
        case when counted.schools > 0 and not coalesce(list_contains(withheld.questions, 'in_need'), false) then 0 end as need_told,
        case when counted.schools > 0 and not coalesce(list_contains(withheld.questions, 'high_performing'), false) then 0 end as high_told,
        case when counted.in_need = 0 or counted.placed > 0 then 0 end + need_told + high_told as known
    from counted
    left join withheld on withheld.definition = counted.definition and withheld.phase = counted.phase
)

select
    coalesce(summary.definition, answered.definition) as definition,
    coalesce(summary.phase, answered.phase) as phase,
    coalesce(summary.area_code, answered.area_code) as area_code,
    summary.schools,
    answered.schools as schools_recounted
from mart.area_summary as summary
full join answered
    on
        answered.definition = summary.definition
        and answered.phase = summary.phase
        and answered.area_type = summary.area_type
        and answered.area_code = summary.area_code
where
    summary.schools is distinct from answered.schools
    or summary.not_asked is distinct from answered.not_asked
    or summary.high_performing is distinct from answered.high_performing + answered.high_told
    or summary.in_need is distinct from answered.in_need + answered.need_told
    or summary.in_need_undecided is distinct from answered.in_need_undecided
    or summary.high_performing_undecided is distinct from answered.high_performing_undecided
    or summary.high_performing_unless_in_need is distinct from answered.high_performing_unless_in_need
    or summary.not_assessed is distinct from answered.not_assessed
    or summary.in_need_without_partner is distinct from answered.without_partner + answered.known
    or summary.partnered_exclusively_1 is distinct from answered.partnered_1 + answered.known
    or summary.partnered_exclusively_2 is distinct from answered.partnered_2 + answered.known
    or summary.partnered_exclusively_3 is distinct from answered.partnered_3 + answered.known
