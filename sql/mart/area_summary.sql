-- One row per definition, phase and area (country, region, local authority, constituency) with at least one school of the definition's universe.
-- A school in need counts where it stands; its partners may stand across the border. Medians and means are over the schools in need whose
-- place is known; they are null, not zero, where no school is in need. in_need_without_partner is null where none of those in need can be
-- placed. not_assessed says for how many schools that are neither the question could not be answered in full.
select
    status.definition,
    status.phase,
    area.area_type,
    area.area_code,
    any_value(area.area_name) as area_name,
    count(*) as schools,
    count(*) filter (where status.status = 'high_performing') as high_performing,
    count(*) filter (where status.status = 'in_need') as in_need,
    percent_of(count(*) filter (where status.status = 'high_performing'), count(*)) as high_performing_percent,
    percent_of(count(*) filter (where status.status = 'in_need'), count(*)) as in_need_percent,
    median(partner_count.partners) as partners_median,
    avg(partner_count.partners) as partners_mean,
    case
        when count(*) filter (where status.status = 'in_need') = 0 or count(partner_count.partners) > 0
            then count(*) filter (where partner_count.partners = 0)
    end as in_need_without_partner,
    count(*) filter (where status.status = 'neither' and len(status.not_assessed) > 0) as not_assessed
from match.school_status as status
inner join core.school_area as area on area.urn = status.urn
left join match.partner_count as partner_count
    on partner_count.definition = status.definition and partner_count.need_urn = status.urn
group by status.definition, status.phase, area.area_type, area.area_code
order by status.definition, status.phase, area.area_type, area.area_code
