-- One row: the results of the year with Progress 8 and its interval, and those without the interval.
select
    count(*) filter (where result.progress8_upper is not null) as with_interval,
    count(*) filter (where result.progress8_upper is null) as without_interval
from core.ks4_result as result
inner join core.results_year as years on years.stage = 'ks4' and years.both_year = result.year
where result.progress8 is not null
