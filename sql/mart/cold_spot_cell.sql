-- One row per definition, phase and H3 cell of resolution 5 (about 10 miles across) in which a school in need has nobody in range: how many do,
-- of how many in need there that can be placed, and how far off the nearest high-performing school is. Neighbouring cells may be one cluster.
-- Null where it is withheld because too much is not known (match.question).
with standing as (
    select
        need.definition,
        need.phase,
        school.h3_r5,
        count(*) as in_need
    from match.need as need
    inner join core.school as school on school.urn = need.need_urn
    where need.can_be_placed
    group by need.definition, need.phase, school.h3_r5
),

cold as (
    select
        definition,
        phase,
        h3_r5,
        count(*) as in_need_without_partner,
        median(distance_miles) as nearest_miles_median
    from mart.cold_spot
    group by definition, phase, h3_r5
)

select
    cold.definition,
    cold.phase,
    cold.h3_r5,
    cell.longitude,
    cell.latitude,
    case when need.withheld_because is null then standing.in_need end as in_need,
    case when need.withheld_because is null and high.withheld_because is null then cold.in_need_without_partner end as in_need_without_partner,
    case when need.withheld_because is null and high.withheld_because is null then cold.nearest_miles_median end as nearest_miles_median
from cold
inner join standing
    on
        standing.definition = cold.definition
        and standing.phase = cold.phase
        and printf('%x', standing.h3_r5) = cold.h3_r5
inner join mart.cell as cell on cell.cell = cold.h3_r5
left join match.question as need
    on need.definition = cold.definition and need.phase = cold.phase and need.question = 'in_need'
left join match.question as high
    on high.definition = cold.definition and high.phase = cold.phase and high.question = 'high_performing'
order by cold.definition, cold.phase, cold.h3_r5
