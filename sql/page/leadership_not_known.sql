-- One row: the high-performing schools of the 2017 study's definition, and those that are so for no other reason than that results decide where the
-- judgement of leadership is not known.
with reason as (
    select
        status.urn,
        reason.code
    from mart.school_status as status
    inner join mart.reason as reason
        on
            reason.definition = status.definition
            and reason.kind = 'high_performing'
            and list_contains(status.reasons, reason.code)
    where status.definition = 'nfer-2017' and status.status = 'high_performing'
),

school as (
    select
        urn,
        bool_and(code = 'good_with_high_results_leadership_not_known') as is_by_this_alone
    from reason
    group by urn
)

select
    count(*) as high_performing,
    count(*) filter (where is_by_this_alone) as by_this_alone,
    100.0 * count(*) filter (where is_by_this_alone) / nullif(count(*), 0) as by_this_alone_percent
from school
