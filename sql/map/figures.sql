-- One row per definition, phase, type of area and measure: the figures of the areas in the order of area_codes, how they rank among each other,
-- and what the legend says beside its classes.
-- $measures: each measure, the decimals it is shown with, not_shown_where (a column that is true where it rests on too few schools), and
-- is_of_those_in_need: it counts some of the schools in need, and nothing is shown of it where nobody is in need.
-- figures: rounded as they are shown, null where there is none. ranks: 1 has the highest figure shown, equals share a rank; null where none is
-- shown, and for the country. shown: the figures shown, the lowest first. without_value: areas of which none is shown. without_schools: areas of
-- the type that have no school of the phase.
with measure as (
    select
        asked.measure,
        asked.decimals,
        asked.is_of_those_in_need,
        asked.not_shown_where
    from (select unnest($measures) as asked) as given
),

area as (
    select
        area_type,
        count(distinct area_code) as areas
    from mart.area_summary
    group by area_type
),

figure as (
    from (
        select
            definition,
            phase,
            area_type,
            area_code,
            in_need = 0 as is_nobody_in_need,
            try_cast(columns(* exclude (definition, phase, area_type, area_code, area_name)) as double)
        from mart.area_summary
    ) as summary
    unpivot include nulls (value for measure in (columns(* exclude (definition, phase, area_type, area_code, is_nobody_in_need))))
),

shown as (
    select
        figure.definition,
        figure.phase,
        figure.area_type,
        figure.area_code,
        figure.measure,
        case when coalesce(flag.value, 0) = 0 then round_even(figure.value, measure.decimals) end as value,
        case
            when not (measure.is_of_those_in_need and figure.is_nobody_in_need) and coalesce(flag.value, 0) = 0
                then round_even(figure.value, measure.decimals)
        end as shown
    from figure
    inner join measure on measure.measure = figure.measure
    left join figure as flag
        on
            flag.measure = measure.not_shown_where
            and flag.definition = figure.definition
            and flag.phase = figure.phase
            and flag.area_type = figure.area_type
            and flag.area_code = figure.area_code
),

ranked as (
    select
        *,
        case
            when shown is not null and area_type <> 'country'
                then rank() over (partition by definition, phase, area_type, measure order by shown desc nulls last)
        end as place
    from shown
),

spoken as (
    select distinct
        definition,
        phase
    from mart.area_summary
),

-- every phase with every type of area, so that one without a school of the phase has its legend too
asked as (
    select
        spoken.definition,
        spoken.phase,
        area.area_type,
        area.areas,
        measure.measure
    from spoken
    cross join area
    cross join measure
)

select
    asked.definition,
    asked.phase,
    asked.area_type,
    asked.measure,
    coalesce(list(ranked.area_code order by ranked.area_code) filter (where ranked.area_code is not null), []) as area_codes,
    coalesce(list(ranked.value order by ranked.area_code) filter (where ranked.area_code is not null), []) as figures,
    coalesce(list(ranked.place order by ranked.area_code) filter (where ranked.area_code is not null), []) as ranks,
    coalesce(list(ranked.shown order by ranked.shown) filter (where ranked.shown is not null), []) as shown,
    count(ranked.area_code) - count(ranked.shown) as without_value,
    any_value(asked.areas) - count(ranked.area_code) as without_schools
from asked
left join ranked
    on
        ranked.definition = asked.definition
        and ranked.phase = asked.phase
        and ranked.area_type = asked.area_type
        and ranked.measure = asked.measure
group by asked.definition, asked.phase, asked.area_type, asked.measure
order by asked.definition, asked.phase, asked.area_type, asked.measure
