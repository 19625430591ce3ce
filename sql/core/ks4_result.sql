-- One row per school and academic year (named by the year it ended) of key stage 4 results that belong to it: its own, else those under its
-- LAESTAB (URNs change, LAESTABs less so), else its predecessor's (result_source says which).
with candidates as (
    select
        school.urn,
        'own' as result_source,
        0 as steps,
        result.urn as result_urn,
        result.year
    from core.establishment as school
    inner join raw.ks4_result as result on result.urn = school.urn
    where school.left_out_because is null
    union all
    select
        school.urn,
        'laestab' as result_source,
        1 as steps,
        result.urn as result_urn,
        result.year
    from core.establishment as school
    inner join raw.ks4_result as result on result.laestab = school.laestab
    where school.left_out_because is null
    union all
    select
        predecessor.urn,
        'predecessor' as result_source,
        1 + predecessor.steps as steps,
        result.urn as result_urn,
        result.year
    from core.predecessor as predecessor
    inner join raw.ks4_result as result on result.urn = predecessor.predecessor_urn
),

nearest as (
    select
        urn,
        result_source,
        result_urn,
        year
    from candidates
    qualify row_number() over (partition by urn, year order by steps, result_urn desc) = 1
)

select
    nearest.urn,
    nearest.year,
    nearest.result_source,
    result.pupils,
    result.attainment8,
    result.attainment8_missing,
    result.progress8,
    result.progress8_missing,
    result.progress8_lower,
    result.progress8_upper,
    result.basics_strong_percent
from nearest
inner join raw.ks4_result as result on result.urn = nearest.result_urn and result.year = nearest.year
