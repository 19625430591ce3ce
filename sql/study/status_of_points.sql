-- One row per point of the grid and school: its status there. The point takes the place of the definition, so that sql/match/ and
-- sql/mart/area_summary.sql count for all points at once; of the codes of not_assessed it is kept whether there is one. Asked in a trial
-- (warehouse/study/sensitivity.py).
select
    point.place as definition,
    decided.phase,
    decided.urn,
    decided.status,
    if(decided.is_not_assessed, [''], []) as not_assessed,
    decided.in_need_undecided,
    decided.high_performing_undecided
from decided
inner join point on point.setting = decided.setting
