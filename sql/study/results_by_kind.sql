-- One row per definition, phase and kind of school that results of the year belong to: how many results, and how many below the floor. kind: a
-- school of the phase, of the other_phase, other_kind (special, independent ...) or not_open. The floor standard is nfer-2017's: its step
-- definition.nfer_2017_result holds every result against it, those too that belong to no open school, which no definition sees.
with result as (
    select
        'nfer-2017' as definition,
        result.stage,
        result.year,
        result.urn,
        if(result.stage = 'ks2', 'primary', 'secondary') as phase,
        coalesce(result.is_below_floor, false) as is_below
    from definition.nfer_2017_result as result
    inner join definition.nfer_2017_year as latest
        on latest.stage = result.stage and latest.year = result.year and latest.is_floor_year
),

owned as (
    select
        result.definition,
        result.stage,
        result.year,
        result.urn,
        any_value(status.phase) as phase
    from result
    inner join core.result_owner as owner
        on owner.stage = result.stage and owner.year = result.year and owner.result_urn = result.urn
    left join match.school_status as status on status.definition = result.definition and status.urn = owner.urn
    group by result.definition, result.stage, result.year, result.urn
),

placed as (
    select
        result.definition,
        result.phase,
        result.is_below,
        case
            when owned.phase = result.phase then 'phase'
            when owned.phase is not null then 'other_phase'
            when owned.urn is not null then 'other_kind'
            when establishment.left_out_because in ('not_state_funded_school', 'outside_england') then 'other_kind'
            else 'not_open'
        end as kind
    from result
    left join owned on owned.stage = result.stage and owned.urn = result.urn
    left join core.establishment as establishment on establishment.urn = result.urn
)

select
    definition,
    phase,
    kind,
    count(*) as results,
    count(*) filter (where is_below) as below
from placed
group by definition, phase, kind
