-- One row per school of the earlier vintage: under which URN it goes on, and how (link).
--   same        it is open under its URN
--   successor   one school goes on after it, and after it alone: an academy, mostly
--   merged      it goes on in a school in which another one goes on too, or by a link that says so
--   split       several schools go on after it, or a link says so
--   closed      GIAS lists it as not open, and no school goes on after it
--   left_out    it is open, but no open state-funded school of England any more (an independent school, say)
--   not_listed  the later extract does not know it
-- Only the first two are followed to a judgement and to results: what came out of a merger or a split is another school.
with reached as (
    select
        from_urn,
        count(*) as schools,
        min(to_urn) as to_urn,
        bool_or(is_merger) as is_merger,
        bool_or(is_split) as is_split
    from follow.successor
    group by from_urn
),

-- how many of the earlier schools go on in one: itself, where it was open then, and those whose chain ends there
joined as (
    select
        successor.to_urn,
        count(*) + any_value(if(school.urn is null, 0, 1)) as schools
    from follow.successor as successor
    left join earlier.school as school on school.urn = successor.to_urn
    group by successor.to_urn
)

select
    school.urn as from_urn,
    case
        when still.urn is not null then school.urn
        when reached.schools = 1 then reached.to_urn
    end as to_urn,
    case
        when still.urn is not null then 'same'
        when reached.schools > 1 or reached.is_split then 'split'
        when reached.is_merger or joined.schools > 1 then 'merged'
        when reached.schools = 1 then 'successor'
        when coalesce(listed.left_out_because, 'not_in_gias') = 'not_in_gias' then 'not_listed'
        when listed.left_out_because = 'not_open' then 'closed'
        else 'left_out'
    end as link,
    link in ('same', 'successor') as is_followed
from earlier.school as school
left join core.school as still on still.urn = school.urn
left join reached on reached.from_urn = school.urn
left join joined on joined.to_urn = reached.to_urn
left join core.establishment as listed on listed.urn = school.urn
