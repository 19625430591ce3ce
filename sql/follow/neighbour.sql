-- One row per definition and school that was in need and school like it that was not: of its phase, region and setting, the five nearest by their
-- place by results then, no more than five places from it (a caliper); equals by URN. A school can be the neighbour of several.
select
    need.definition,
    need.from_urn,
    other.from_urn as other_urn,
    other.gain as other_gain
from follow.school as need
inner join follow.school as other
    on
        other.definition = need.definition and other.phase = need.phase and other.region_code = need.region_code and other.setting = need.setting
        and abs(other.from_place - need.from_place) <= 5
where need.is_compared and need.was_in_need and other.is_compared and not other.was_in_need
qualify
    row_number() over (
        partition by need.definition, need.from_urn order by abs(other.from_place - need.from_place), other.from_urn
    ) <= 5
