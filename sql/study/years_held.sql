-- One row per key stage: the latest year with attainment and progress, and every year of which results are held.
with held as (
    select distinct
        'ks2' as stage,
        year
    from raw.ks2_result
    union all
    select distinct
        'ks4' as stage,
        year
    from raw.ks4_result
)

select
    years.stage,
    years.both_year,
    list(held.year) as years
from core.results_year as years
inner join held on held.stage = years.stage
where years.both_year is not null
group by years.stage, years.both_year
