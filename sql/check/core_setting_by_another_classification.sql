-- on: core.school
-- what: More than half of the schools have their setting from the rural-urban classification of 2021, as that of 2011 is not known of them.
-- why: The classification of 2021 does not tell conurbations from smaller cities and towns: of every second school that it calls urban, help is
-- looked for within 2 miles instead of 5. The lookup from small areas, or the column LSOA (code) of GIAS, is missing or is that of other areas.
-- do: Land lsoa21_to_ruc11.csv, and see whether LSOA (code) is filled. If it is not to be had, allow it once: schoolmatch refresh --accept-changes.
select
    count(*) as schools,
    count(*) filter (where setting_source = 'gias_2021') as by_that_of_2021
from core.school
where not (select run.accepts_changes from landing.run as run)
having count(*) filter (where setting_source = 'gias_2021') > 0.5 * count(*)
