-- One row per key stage: the latest year in which a measure was published. A year that lacks the measure (progress in 2024, say) is passed over.
-- both_year is the latest that has attainment and progress, for rules that take the two together: of the five years up to the newest with
-- attainment, as what is older tells of other pupils and is no result of today, whoever lands it beside the newest.
with result as (
    select
        'ks2' as stage,
        year,
        rwm_expected_percent as attainment,
        reading_progress as progress
    from raw.ks2_result
    union all
    select
        'ks4' as stage,
        year,
        attainment8 as attainment,
        progress8 as progress
    from raw.ks4_result
),

latest as (
    select
        stage,
        max(year) filter (where attainment is not null) as attainment_year,
        max(year) filter (where progress is not null) as progress_year,
        max(year) filter (where attainment is not null and progress is not null) as both_year
    from result
    group by stage
)

select
    stage.stage,
    latest.attainment_year,
    latest.progress_year,
    case when latest.both_year > latest.attainment_year - 5 then latest.both_year end as both_year
from (values ('ks2'), ('ks4')) as stage (stage)
left join latest on latest.stage = stage.stage
