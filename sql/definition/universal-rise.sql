-- One row per primary and secondary school: what the Department's letters of 2026 to schools would find of it (docs/method/universal-rise.md).
-- They go by results alone: the disadvantaged pupils of a school against those of all schools that have a figure of them, and all its pupils
-- against those of all schools that have a result, at the end of key stage 2 in the latest year; all-through and middle schools are among these. A
-- school without a figure of its disadvantaged pupils is in neither quarter, and out of none: it is not asked (not_asked_because). At key stage 4 no
-- file that is held has such a figure by school, so no secondary school is asked. Whoever has the result at a cut is in the quarter.
with school as (
    select
        school.urn,
        school.phase,
        school.trust_name,
        school.reaches_key_stage,
        result.year,
        result.pupils,
        result.rwm_expected_percent as value,
        result.rwm_expected_percent_missing as missing,
        result.disadvantaged_rwm_expected_percent as disadvantaged,
        result.disadvantaged_rwm_expected_percent_missing as disadvantaged_missing
    from core.school as school
    left join core.results_year as stage on stage.stage = 'ks2'
    left join core.ks2_result as result on result.urn = school.urn and result.year = stage.attainment_year
    where school.phase in ('primary', 'secondary')
),

ranked as (
    select
        *,
        count(value) over () as schools,
        count(disadvantaged) over () as schools_with_disadvantaged,
        case when value is not null then 100.0 * rank() over (order by value asc nulls last) / count(value) over () end as place_from_below,
        case
            when disadvantaged is not null then 100.0 * rank() over (order by disadvantaged desc nulls last) / count(disadvantaged) over ()
        end as disadvantaged_place_from_above,
        case
            when disadvantaged is not null then 100.0 * rank() over (order by disadvantaged asc nulls last) / count(disadvantaged) over ()
        end as disadvantaged_place_from_below
    from school
),

-- the cuts: the results of the last schools that are in each quarter
cut as (
    select
        max(ranked.value) filter (where ranked.place_from_below <= parameter.quarter_percent) as low,
        min(ranked.disadvantaged) filter (where ranked.disadvantaged_place_from_above <= parameter.quarter_percent) as disadvantaged_high,
        max(ranked.disadvantaged) filter (where ranked.disadvantaged_place_from_below <= parameter.quarter_percent) as disadvantaged_low
    from ranked
    cross join definition.universal_rise_parameter as parameter
),

facts as (
    select
        ranked.*,
        cut.low as cut_low,
        cut.disadvantaged_high as disadvantaged_cut_high,
        cut.disadvantaged_low as disadvantaged_cut_low,
        ranked.place_from_below <= parameter.quarter_percent as is_low,
        ranked.disadvantaged_place_from_above <= parameter.quarter_percent as is_disadvantaged_high,
        ranked.disadvantaged_place_from_below <= parameter.quarter_percent as is_disadvantaged_low
    from ranked
    cross join definition.universal_rise_parameter as parameter
    cross join cut
)

select
    urn,
    phase,
    case when is_disadvantaged_low and is_low then ['low_for_disadvantaged_and_all'] else [] end as in_need_reasons,
    case when is_disadvantaged_high then ['high_for_disadvantaged'] else [] end as high_performing_reasons,
    cast(null as varchar) as excluded_from_need,
    cast(null as varchar) as excluded_from_high_performing,
    case
        when phase = 'secondary' or schools_with_disadvantaged = 0 then 'disadvantaged_not_landed'
        when disadvantaged is not null then null
        when disadvantaged_missing = 'suppressed' then 'disadvantaged_suppressed'
        when not reaches_key_stage then 'key_stage_not_taught'
        else 'disadvantaged_no_figure'
    end as not_asked_because,
    case when value is null then [if(missing = 'suppressed', 'results_suppressed', 'results_no_result')] else [] end as not_assessed,
    case when not is_disadvantaged_low then ['low_for_disadvantaged_and_all'] else [] end as not_met,
    {
        'results_year': year,
        'results_pupils': pupils,
        'disadvantaged_result': disadvantaged,
        'disadvantaged_schools': schools_with_disadvantaged,
        'disadvantaged_place_percent': round(disadvantaged_place_from_above, 1),
        'disadvantaged_high_cut': disadvantaged_cut_high,
        'disadvantaged_low_place_percent': round(disadvantaged_place_from_below, 1),
        'disadvantaged_low_cut': disadvantaged_cut_low,
        'result': value,
        'result_schools': schools,
        'result_low_place_percent': round(place_from_below, 1),
        'result_low_cut': cut_low,
        'trust': trust_name
    } as facts
from facts
