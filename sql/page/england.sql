-- One row per definition and phase: England's figures, now and in the folder before; null where that had no such row.
select
    now.definition,
    now.phase,
    before.schools as schools_before,
    now.schools,
    before.high_performing as high_performing_before,
    now.high_performing,
    before.in_need as in_need_before,
    now.in_need,
    before.partners_median as partners_median_before,
    now.partners_median
from mart.area_summary as now
left join previous.area_summary as before
    on
        before.definition = now.definition
        and before.phase = now.phase
        and before.area_type = now.area_type
        and before.area_code = now.area_code
where now.area_type = 'country'
order by now.definition, now.phase
