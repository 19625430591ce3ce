-- One row per definition, phase and group of schools of the earlier time (follow.grouped): first how many go on, and how; then how many of those that
-- are followed are judged good or better now, with Wilson's interval. Null where there is nothing to take a share of. No row where no earlier time is
-- held, or it is not told which schools were in need then.
with counted as (
    select
        school.definition,
        school.phase,
        grouped.grouping,
        grouped.help_group,
        count(*) as schools,
        count(*) filter (where school.link = 'same') as same,
        count(*) filter (where school.link = 'successor') as successor,
        count(*) filter (where school.link = 'merged') as merged,
        count(*) filter (where school.link = 'split') as split,
        count(*) filter (where school.link = 'closed') as closed,
        count(*) filter (where school.link = 'left_out') as left_out,
        count(*) filter (where school.link = 'not_listed') as not_listed,
        percent_of(count(*) filter (where school.is_followed), count(*)) as followed_percent,
        count(school.to_is_below_good) as judged,
        count(*) filter (where school.is_judged_since) as judged_since,
        percent_of(
            count(*) filter (where not school.from_is_below_good and school.to_is_below_good is not null),
            count(*) filter (where school.from_is_below_good is not null and school.to_is_below_good is not null)
        ) as good_then_percent,
        percent_of(count(*) filter (where not school.to_is_below_good), count(school.to_is_below_good)) as good_now_percent
    from follow.grouped as grouped
    inner join follow.school as school on school.definition = grouped.definition and school.from_urn = grouped.from_urn
    group by all
)

select
    counted.definition,
    counted.phase,
    counted.grouping,
    counted.help_group,
    case counted.grouping when 'status' then 10 when 'partners' then 20 else 30 end
    + coalesce(known.place, case counted.help_group when 'in_need' then 1 when 'not_in_need' then 2 else 9 end) as place,
    case
        when counted.grouping = 'status' then replace(counted.help_group, '_', ' ')
        else 'in need, ' || coalesce(known.label, 'not told what stood near')
    end as words,
    vintage.gias_as_at as followed_from,
    counted.schools,
    counted.same,
    counted.successor,
    counted.merged,
    counted.split,
    counted.closed,
    counted.left_out,
    counted.not_listed,
    counted.followed_percent,
    counted.judged,
    counted.judged_since,
    counted.good_then_percent,
    counted.good_now_percent,
    -- of 0 and of 100 % an end is a rounding error past them; of none greatest and least would make a figure of null
    if(counted.judged > 0, greatest(wilson_lower(counted.good_now_percent, counted.judged), 0), null) as good_now_percent_lower,
    if(counted.judged > 0, least(wilson_upper(counted.good_now_percent, counted.judged), 100), null) as good_now_percent_upper
from counted
cross join earlier.refresh as vintage
left join reference.help_group as known on known.grouping = counted.grouping and known.help_group = counted.help_group
order by counted.definition, counted.phase, counted.grouping, counted.help_group
