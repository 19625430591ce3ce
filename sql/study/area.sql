-- One row per phase, of England and each region: its figures, and how many high-performing schools there are for each school in need. What is
-- withheld is null, with the cause; its bounds stand.
select
    area_type,
    area_name,
    phase,
    schools,
    high_performing,
    in_need,
    high_performing_percent,
    high_performing_percent_lower,
    high_performing_percent_upper,
    in_need_percent,
    in_need_percent_lower,
    in_need_percent_upper,
    high_performing > in_need as is_high_performing_more,
    high_performing / nullif(in_need, 0) as high_performing_for_each_in_need,
    partners_median,
    in_need_without_partner,
    definition,
    in_need_withheld_because,
    high_performing_withheld_because
from mart.area_summary
where area_type in ('country', 'region') and definition = $definition
order by phase, area_code
