-- One row per phase with schools in need and share of the search radius: England's figures if help could come from so far.
select
    phase,
    value,
    partners_median,
    in_need_without_partner,
    is_as_defined
from mart.sensitivity
where definition = $definition and parameter = 'search_radius' and in_need > 0
order by phase, value
