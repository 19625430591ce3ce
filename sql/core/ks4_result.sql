-- One row per school and academic year of key stage 4 results that belong to it (core.result_owner says why).
select
    owner.urn,
    owner.year,
    owner.result_source,
    result.pupils,
    result.attainment8,
    result.attainment8_missing,
    result.progress8,
    result.progress8_missing,
    result.progress8_lower,
    result.progress8_upper,
    result.basics_strong_percent
from core.result_owner as owner
inner join raw.ks4_result as result on result.urn = owner.result_urn and result.year = owner.year
where owner.stage = 'ks4'
