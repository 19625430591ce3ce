-- One row per definition, phase and area (country, region, local authority, constituency) with at least one school of the definition's universe.
-- A school in need counts where it stands; its partners may stand across the border. Medians and means are over the schools in need whose place
-- and setting are known (no column counts the others); they are null, not zero, where no school is in need. in_need_without_partner is null where
-- none of those in need can be placed, and so is partnered_exclusively_1 (2, 3): the schools in need that get a partner in the assignment for the
-- whole country in which no high-performing school takes more than 1 (2, 3); an area by itself could do better. not_assessed says for how many
-- schools that are neither the question could not be answered in full; where a list that a rule reads was not landed, that is every one of them.
with exclusive as (
    select
        definition,
        need_urn,
        bool_or(capacity = 1) as has_partner_1,
        bool_or(capacity = 2) as has_partner_2,
        bool_or(capacity = 3) as has_partner_3
    from match.allocation
    group by definition, need_urn
),

counted as (
    select
        status.definition,
        status.phase,
        area.area_type,
        area.area_code,
        any_value(area.area_name) as area_name,
        count(*) as schools,
        count(*) filter (where status.status = 'high_performing') as high_performing,
        count(*) filter (where status.status = 'in_need') as in_need,
        median(need.partners) as partners_median,
        avg(need.partners) as partners_mean,
        -- none in need, or one at least that can be placed
        count(*) filter (where status.status = 'in_need') = 0 or count(need.partners) > 0 as is_answered,
        count(*) filter (where need.partners = 0) as in_need_without_partner,
        count(*) filter (where exclusive.has_partner_1) as partnered_exclusively_1,
        count(*) filter (where exclusive.has_partner_2) as partnered_exclusively_2,
        count(*) filter (where exclusive.has_partner_3) as partnered_exclusively_3,
        count(*) filter (where status.status = 'neither' and len(status.not_assessed) > 0) as not_assessed
    from match.school_status as status
    inner join core.school_area as area on area.urn = status.urn
    left join match.need as need on need.definition = status.definition and need.need_urn = status.urn
    left join exclusive on exclusive.definition = status.definition and exclusive.need_urn = status.urn
    group by status.definition, status.phase, area.area_type, area.area_code
)

select
    definition,
    phase,
    area_type,
    area_code,
    area_name,
    schools,
    high_performing,
    in_need,
    percent_of(high_performing, schools) as high_performing_percent,
    percent_of(in_need, schools) as in_need_percent,
    partners_median,
    partners_mean,
    case when is_answered then in_need_without_partner end as in_need_without_partner,
    case when is_answered then partnered_exclusively_1 end as partnered_exclusively_1,
    case when is_answered then partnered_exclusively_2 end as partnered_exclusively_2,
    case when is_answered then partnered_exclusively_3 end as partnered_exclusively_3,
    not_assessed
from counted
order by definition, phase, area_type, area_code
