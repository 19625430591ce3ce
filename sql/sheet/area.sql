-- One row per definition, phase and area: which area it is; area_place: in which order kinds of area stand, the largest first. Its measures are
-- those that the contract of mart.area_summary gives.
select
    definition,
    phase,
    area_type,
    list_position(['country', 'region', 'local_authority', 'constituency'], area_type) as area_place,
    area_code,
    area_name
from mart.area_summary
