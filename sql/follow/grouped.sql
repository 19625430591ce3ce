-- One row per definition, school and group that it counts in: by status, and schools in need by the help that stood near them then
-- (reference.help_group). help_group is not_told where it is not known how much that was, and undecided where it was not known whether a school was
-- in need.
with grouping as (
    select distinct help_group.grouping
    from reference.help_group as help_group
)

select
    school.definition,
    school.from_urn,
    'status' as grouping,
    case when school.was_in_need is null then 'undecided' when school.was_in_need then 'in_need' else 'not_in_need' end as help_group
from follow.school as school
union all
select
    school.definition,
    school.from_urn,
    each.grouping,
    coalesce(help_group.help_group, 'not_told') as help_group
from follow.school as school
cross join grouping as each
left join reference.help_group as help_group
    on
        help_group.grouping = each.grouping
        and if(each.grouping = 'partners', school.partners, school.helper_share) >= help_group.at_least
        and (help_group.below is null or if(each.grouping = 'partners', school.partners, school.helper_share) < help_group.below)
where school.was_in_need
