-- One row per school, key stage and academic year (named by the year it ended): under which URN its results stand. Its own, else those
-- under its LAESTAB (URNs change, LAESTABs less so), else its predecessor's (result_source says which).
with results as (
    select
        'ks2' as stage,
        urn,
        year,
        laestab
    from raw.ks2_result
    union all
    select
        'ks4' as stage,
        urn,
        year,
        laestab
    from raw.ks4_result
),

schools as (
    select
        urn,
        laestab
    from core.establishment
    where left_out_because is null
),

candidates as (
    select
        schools.urn,
        results.stage,
        results.year,
        results.urn as result_urn,
        'own' as result_source,
        0 as steps
    from schools
    inner join results on results.urn = schools.urn
    union all
    select
        schools.urn,
        results.stage,
        results.year,
        results.urn as result_urn,
        'laestab' as result_source,
        1 as steps
    from schools
    inner join results on results.laestab = schools.laestab
    union all
    select
        predecessor.urn,
        results.stage,
        results.year,
        results.urn as result_urn,
        'predecessor' as result_source,
        1 + predecessor.steps as steps
    from core.predecessor as predecessor
    inner join results on results.urn = predecessor.predecessor_urn
)

select
    urn,
    stage,
    year,
    result_urn,
    result_source
from candidates
qualify row_number() over (partition by urn, stage, year order by steps, result_urn desc) = 1
