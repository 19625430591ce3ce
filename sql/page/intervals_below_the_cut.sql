-- One row per phase: the schools that RISE finds good with high results, the result of the last of the top share, and of how many the interval of the
-- result reaches below that, or is not known.
select
    phase,
    count(*) as schools,
    any_value(cast(facts ->> 'result_cut' as double)) as cut,
    count(*) filter (where cast(facts ->> 'is_result_interval_below_cut' as boolean)) as below,
    count(*) filter (where facts ->> 'is_result_interval_below_cut' is null) as not_known
from mart.school_status
where definition = 'rise' and list_contains(reasons, 'good_with_high_results')
group by phase
order by phase
