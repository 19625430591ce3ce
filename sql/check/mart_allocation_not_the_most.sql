-- on: mart.allocation
-- what: Fewer schools in need have a partner where each high-performing school takes more of them, more have one than have somebody near, or a
-- school is left without though one near it could take another.
-- why: Each is a sign that the assignment is not the largest there is.
-- do: Look at transforms/allocation.py; its tests hold it against another solver.
with counted as (
    select
        definition,
        phase,
        capacity,
        count(partner_urn) as partnered,
        count(*) filter (where partner_missing is null or partner_missing = 'none_left') as near
    from mart.allocation
    group by definition, phase, capacity
),

taken as (
    select
        definition,
        capacity,
        partner_urn,
        count(*) as schools
    from mart.allocation
    where partner_urn is not null
    group by definition, capacity, partner_urn
)

select
    less.definition,
    less.phase,
    less.capacity,
    null as need_urn
from counted as less
left join counted as more on more.definition = less.definition and more.phase = less.phase and more.capacity = less.capacity + 1
where less.partnered > coalesce(more.partnered, less.partnered) or less.partnered > less.near
union all
select
    left_out.definition,
    left_out.phase,
    left_out.capacity,
    left_out.need_urn
from mart.allocation as left_out
inner join match.pair as pair on pair.definition = left_out.definition and pair.need_urn = left_out.need_urn
left join taken
    on
        taken.definition = left_out.definition
        and taken.capacity = left_out.capacity
        and taken.partner_urn = pair.partner_urn
where left_out.partner_urn is null and coalesce(taken.schools, 0) < left_out.capacity
