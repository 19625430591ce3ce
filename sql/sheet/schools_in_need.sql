-- One row per definition and school in need: where it stands, why it is in need, how many partners it has, which is the first of its shortlist and
-- what speaks for it, and which is the nearest. Its number stands for it where it is not named, and the order of numbers within an authority tells
-- nothing of the school.
with reason as (
    select
        status.definition,
        status.urn,
        string_agg(reason.sentence, ' ' order by reason.code) as sentences
    from (
        select
            definition,
            urn,
            unnest(reasons) as code
        from mart.school_status
        where status = 'in_need'
    ) as status
    inner join mart.reason as reason
        on reason.definition = status.definition and reason.code = status.code and reason.kind = 'in_need'
    group by status.definition, status.urn
)

select
    need.definition,
    need.phase,
    school.region_code,
    school.la_ons_code,
    need.need_urn,
    school.name as need_name,
    dense_rank() over (order by school.la_name, md5(cast(need.need_urn as varchar) || 'order')) as number,
    school.la_name,
    school.constituency_name,
    school.setting,
    school.search_radius_miles,
    reason.sentences as reasons,
    need.partners,
    need.helper_share,
    first.name as first_name,
    shortlist.distance_miles as first_miles,
    nullif(
        concat_ws(
            '; ',
            'alike ' || cast(round(100 * shortlist.similarity) as integer) || ' of 100',
            shortlist.strength_words,
            shortlist.told_apart
        ),
        ''
    ) as first_why,
    shortlist.partner_urn as first_urn,
    nearest.name as nearest_name,
    need.nearest_miles,
    school.ofsted_date,
    school.ofsted_age_years,
    school.trust_name,
    school.is_ofsted_before_trust,
    need.need_urn as gias_page,
    need.need_urn as ofsted_page
from mart.need as need
inner join mart.school as school on school.urn = need.need_urn
left join reason on reason.definition = need.definition and reason.urn = need.need_urn
left join mart.shortlist as shortlist
    on shortlist.definition = need.definition and shortlist.need_urn = need.need_urn and shortlist.shortlist_rank = 1
left join mart.school as first on first.urn = shortlist.partner_urn
left join mart.school as nearest on nearest.urn = need.nearest_urn
