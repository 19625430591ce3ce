-- One row per definition and school of the earlier time: how it goes on, and its judgement and results then and now (follow.school). No row where no
-- earlier time is held, or it is not told which schools were in need then.
select
    school.definition,
    school.phase,
    school.from_urn,
    school.from_name,
    vintage.gias_as_at as followed_from,
    school.from_status,
    school.was_in_need,
    school.region_code,
    school.la_ons_code,
    school.setting,
    school.near,
    school.helper_share,
    school.link,
    school.to_urn,
    school.to_name,
    school.to_status,
    school.from_is_below_good,
    school.from_ofsted_date,
    school.to_is_below_good,
    school.to_ofsted_date,
    school.is_judged_since,
    school.from_results_year,
    school.from_result,
    school.from_place,
    school.to_results_year,
    school.to_result,
    school.to_place,
    school.gain,
    school.is_compared
from follow.school as school
cross join earlier.refresh as vintage
order by school.definition, school.from_urn
