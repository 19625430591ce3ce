-- One row per key stage: the year of results that the study's rules read, the latest that has attainment and progress together; what England's
-- pupils attained in it; and whether floor and coasting standards were in force (2016 to 2019), so that results can be held against them (null: no
-- results of the key stage are held, and whether a school was below them is not known).
select
    years.stage,
    years.both_year as year,
    national.attainment as national_attainment,
    coalesce(years.both_year, years.attainment_year) between parameter.floor_first_year and parameter.floor_last_year as is_floor_year
from core.results_year as years
left join core.national_result as national on national.stage = years.stage and national.year = years.both_year
cross join definition.nfer_2017_parameter as parameter
