-- One row per school and academic year of key stage 2 as published: its results, and the number of its pupils. Where the file of the results has no
-- such number (the layout of the API), it comes from the data set of pupils; where neither has it, the size of the cohort is not known.
select
    result.* replace (
        coalesce(result.pupils, cohort.pupils) as pupils,
        case when result.pupils is null and cohort.pupils is null then coalesce(cohort.pupils_missing, result.pupils_missing) end as pupils_missing
    )
from raw.ks2_result as result
left join raw.ks2_cohort as cohort on cohort.urn = result.urn and cohort.year = result.year
