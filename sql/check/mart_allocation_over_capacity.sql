-- on: mart.allocation
-- what: A high-performing school is the partner of more schools in need than the capacity allows, or a school in need has two.
-- why: This is the promise of the table: what it says can be done at the same time.
-- do: Look at transforms/allocation.py and at match.allocation.
select
    definition,
    capacity,
    partner_urn as urn,
    count(*) as schools_in_need
from mart.allocation
where partner_urn is not null
group by definition, capacity, partner_urn
having count(*) > capacity
union all
select
    definition,
    capacity,
    need_urn as urn,
    count(*) as schools_in_need
from mart.allocation
group by definition, capacity, need_urn
having count(*) > 1
