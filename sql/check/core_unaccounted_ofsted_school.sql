-- on: core.school
-- what: Ofsted lists a school that GIAS has as open, and it is neither in core.school nor left out for a stated reason.
-- why: Every school that is inspected must be counted, or it must be said why not.
-- do: Find the school in core.establishment; a join of core.school has lost it (its local authority, most likely).
select
    ofsted.urn,
    ofsted.name
from core.ofsted_listed as ofsted
inner join core.establishment as establishment on establishment.urn = ofsted.urn
where
    establishment.left_out_because is null
    and ofsted.urn not in (select school.urn from core.school as school)
