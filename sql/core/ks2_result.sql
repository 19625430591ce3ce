-- One row per school and academic year of key stage 2 results that belong to it (core.result_owner says why).
select
    owner.urn,
    owner.year,
    owner.result_source,
    result.pupils,
    result.rwm_expected_percent,
    result.rwm_expected_percent_missing,
    result.rwm_higher_percent,
    result.disadvantaged_rwm_expected_percent,
    result.disadvantaged_rwm_expected_percent_missing,
    result.reading_progress,
    result.reading_progress_missing,
    result.writing_progress,
    result.writing_progress_missing,
    result.maths_progress,
    result.maths_progress_missing
from core.result_owner as owner
inner join core.ks2_published as result on result.urn = owner.result_urn and result.year = owner.year
where owner.stage = 'ks2'
