-- on: mart.area_summary
-- what: A figure is shown although it is withheld or nobody is asked, or is withheld although some are and no more are undecided than found.
-- why: A headline that rests on facts that are not known is worse than none.
-- do: Look at sql/match/question.sql, and at which source is missing or lacks columns: mart.rule_coverage names the rules.
with counted as (
    select
        definition,
        phase,
        'in_need' as question,
        count(*) filter (where status <> 'not_asked') as asked,
        count(*) filter (where status = 'in_need') as found,
        count(*) filter (where in_need_undecided) as undecided
    from mart.school_status
    group by definition, phase
    union all
    select
        definition,
        phase,
        'high_performing' as question,
        count(*) filter (where status <> 'not_asked') as asked,
        count(*) filter (where status = 'high_performing') as found,
        count(*) filter (where high_performing_undecided) as undecided
    from mart.school_status
    group by definition, phase
),

shown as (
    select
        definition,
        phase,
        count(in_need) + count(in_need_percent) + count(partners_median) + count(in_need_without_partner) as of_need,
        count(high_performing) + count(high_performing_percent) + count(partners_median) + count(in_need_without_partner) as of_high
    from mart.area_summary
    group by definition, phase
),

of_cells as (
    select
        definition,
        phase,
        count(in_need) + count(in_need_without_partner) + count(nearest_miles_median) as of_need,
        count(in_need_without_partner) + count(nearest_miles_median) as of_high
    from mart.cold_spot_cell
    group by definition, phase
)

select
    counted.definition,
    counted.phase,
    counted.question,
    counted.found,
    counted.undecided,
    question.withheld_because
from counted
left join mart.question as question
    on question.definition = counted.definition and question.phase = counted.phase and question.question = counted.question
left join shown on shown.definition = counted.definition and shown.phase = counted.phase
left join of_cells on of_cells.definition = counted.definition and of_cells.phase = counted.phase
where
    question.schools is distinct from counted.asked
    or question.undecided is distinct from counted.undecided
    or question.found is distinct from case when question.withheld_because is null then counted.found end
    or (question.withheld_because is not null and counted.asked > 0 and counted.undecided <= counted.found)
    or (question.withheld_because is null and counted.asked = 0)
    or (question.withheld_because is not null and if(counted.question = 'in_need', shown.of_need, shown.of_high) > 0)
    or (question.withheld_because is not null and if(counted.question = 'in_need', of_cells.of_need, of_cells.of_high) > 0)
