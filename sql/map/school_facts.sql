-- One row per school that is in need or high-performing by one definition at least, with all that is published of it: which of the columns are shown
-- is said in the contract.
from mart.school
where urn in (
    select status.urn
    from mart.school_status as status
    where status.status in ('in_need', 'high_performing')
)
