-- One row per school in a trust: since when. trust_joined_source: membership (GIAS tells the day), or academy_opened: the day is not landed, and
-- the school became an academy on that day, so that it joined then or later. was_judged_before_joining: true, false or null. By membership it is
-- true or false (null without a judgement). By academy_opened it is true of a judgement before that day, else null: a later change of trust
-- cannot be seen.
with member as (
    select
        school.urn,
        max(membership.joined_date) as joined_date
    from core.establishment as school
    inner join raw.gias_group_membership as membership
        on
            membership.urn = school.urn
            and (membership.group_id = school.trust_id or upper(membership.group_name) = upper(school.trust_name))
    where
        school.left_out_because is null
        and membership.left_date is null
        and coalesce(membership.group_type, '') <> 'School sponsor'
        and membership.joined_date <= school.as_at
    group by school.urn
),

joined as (
    select
        school.urn,
        coalesce(member.joined_date, school.open_date) as trust_joined_date,
        case
            when member.joined_date is not null then 'membership'
            when school.open_date is not null then 'academy_opened'
        end as trust_joined_source
    from core.establishment as school
    left join member on member.urn = school.urn
    where
        school.left_out_because is null
        and school.is_academy
        and (school.trust_id is not null or school.trust_name is not null)
)

select
    joined.urn,
    joined.trust_joined_date,
    joined.trust_joined_source,
    -- a no is known only where the day is
    latest.inspection_date < joined.trust_joined_date
    or case when joined.trust_joined_source = 'membership' then false end as was_judged_before_joining
from joined
left join core.judgement as latest on latest.urn = joined.urn and latest.recency = 1
