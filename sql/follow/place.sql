-- One row per vintage and school with a result: by which measure schools of its phase are compared, the year, and the place of its result among
-- theirs, from 0 (the lowest) to 100 (the highest; equals share a place). A place is of its own year, so that tests which are harder, or marked
-- otherwise, in one year do not matter; that some schools must rise where others fall is the price. Key stage 2: the percentage at the expected
-- standard in reading, writing and maths; key stage 4: Attainment 8, which both vintages have.
with result as (
    select
        'earlier' as vintage,
        urn,
        phase,
        if(phase = 'primary', ks2_year, ks4_year) as year,
        if(phase = 'primary', ks2_rwm_expected_percent, ks4_attainment8) as result
    from earlier.school
    where phase in ('primary', 'secondary')
    union all
    select
        'later' as vintage,
        urn,
        phase,
        if(phase = 'primary', ks2_year, ks4_year) as year,
        if(phase = 'primary', ks2_rwm_expected_percent, ks4_attainment8) as result
    from core.school
    where phase in ('primary', 'secondary')
)

select
    vintage,
    urn,
    phase,
    year,
    result,
    100 * (rank() over of_phase - 1 + (count(*) over equal_to - 1) / 2)
    / nullif(count(*) over (partition by vintage, phase) - 1, 0) as place
from result
where result is not null
window
    of_phase as (partition by vintage, phase order by result),
    equal_to as (partition by vintage, phase, result)
