-- One row per definition, phase, group of schools of the earlier time and measure: by how many places their results changed, alone (gain; never to
-- be ranked: schools that begin low rise by chance) or less those of schools that were not in need and began at the same place, with the interval of
-- 2,000 draws of whole authorities. less_band: in the same tenth of results, of the same phase, region and setting; less_near_band: of these those
-- that had as many high-performing schools near; less_neighbours: follow.neighbour. …_from_others: less the same of the schools in need of the other
-- groups. No row of fewer schools than can be told of.
select
    definition,
    phase,
    grouping,
    help_group,
    measure,
    schools,
    value as places,
    lower as places_lower,
    upper as places_upper
from follow.interval
order by definition, phase, grouping, help_group, measure
