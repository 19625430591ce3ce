-- One row per definition, phase and kind of school that results of the year belong to: how many results, and how many below the floor. kind: a
-- school of the phase, of the other_phase, other_kind (special, independent ...) or not_open. The floor is worked out here for results that
-- belong to no open school, which no definition sees. For the others the same expressions give what the definition finds: a test holds the two
-- together.
with parameter as (
    -- of the definitions that have a floor
    select
        definition,
        max(value) filter (where parameter = 'floor_ks2_rwm_expected_percent') as floor_ks2_rwm_expected_percent,
        max(value) filter (where parameter = 'floor_ks2_reading_progress') as floor_ks2_reading_progress,
        max(value) filter (where parameter = 'floor_ks2_writing_progress') as floor_ks2_writing_progress,
        max(value) filter (where parameter = 'floor_ks2_maths_progress') as floor_ks2_maths_progress,
        max(value) filter (where parameter = 'floor_ks4_progress8') as floor_ks4_progress8,
        max(value) filter (where parameter = 'smallest_cohort') as smallest_cohort,
        max(value) filter (where parameter = 'floor_first_year') as floor_first_year,
        max(value) filter (where parameter = 'floor_last_year') as floor_last_year
    from definition.parameter
    group by definition
    having count(*) filter (where parameter = 'floor_first_year') > 0
),

result as (
    select
        parameter.definition,
        'ks2' as stage,
        'primary' as phase,
        result.urn,
        result.year,
        result.rwm_expected_percent < parameter.floor_ks2_rwm_expected_percent
        and (
            result.reading_progress < parameter.floor_ks2_reading_progress
            or result.writing_progress < parameter.floor_ks2_writing_progress
            or result.maths_progress < parameter.floor_ks2_maths_progress
        )
        and result.pupils >= parameter.smallest_cohort as is_below
    from raw.ks2_result as result
    cross join parameter
    union all
    select
        parameter.definition,
        'ks4' as stage,
        'secondary' as phase,
        result.urn,
        result.year,
        result.progress8 < parameter.floor_ks4_progress8
        and coalesce(result.progress8_upper < 0, result.pupils >= parameter.smallest_cohort) as is_below
    from raw.ks4_result as result
    cross join parameter
),

of_year as (
    select result.*
    from result
    inner join core.results_year as years on years.stage = result.stage and years.both_year = result.year
    inner join parameter
        on
            parameter.definition = result.definition
            and years.both_year between parameter.floor_first_year and parameter.floor_last_year
),

owned as (
    select
        parameter.definition,
        owner.stage,
        owner.year,
        owner.result_urn,
        any_value(status.phase) as phase
    from core.result_owner as owner
    cross join parameter
    left join match.school_status as status on status.urn = owner.urn and status.definition = parameter.definition
    group by parameter.definition, owner.stage, owner.year, owner.result_urn
),

placed as (
    select
        of_year.definition,
        of_year.phase,
        coalesce(of_year.is_below, false) as is_below,
        case
            when owned.phase = of_year.phase then 'phase'
            when owned.phase is not null then 'other_phase'
            when owned.result_urn is not null then 'other_kind'
            when establishment.left_out_because in ('not_state_funded_school', 'outside_england') then 'other_kind'
            else 'not_open'
        end as kind
    from of_year
    left join owned
        on
            owned.definition = of_year.definition
            and owned.stage = of_year.stage
            and owned.year = of_year.year
            and owned.result_urn = of_year.urn
    left join core.establishment as establishment on establishment.urn = of_year.urn
)

select
    definition,
    phase,
    kind,
    count(*) as results,
    count(*) filter (where is_below) as below
from placed
group by definition, phase, kind
