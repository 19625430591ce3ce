-- One row per definition, phase and area: the figures that the cover of the area's workbook and the words of its charts
-- tell.
select
    definition,
    phase,
    area_code,
    schools,
    in_need,
    high_performing_percent,
    in_need_percent,
    case when not is_median_of_few then partners_median end as partners_median,
    in_need_without_partner,
    partnered_exclusively_1,
    in_need_withheld_because,
    high_performing_withheld_because,
    not_asked,
    not_asked_because
from mart.area_summary
