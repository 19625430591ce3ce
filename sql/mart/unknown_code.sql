-- One row per value of a closed list of GIAS that is not in the list, of schools that stay all the same: what it says of them is not known. A value
-- by which a school would be lost stops the refresh, and is in no published table; but a few schools of which GIAS tells no phase are left out.
select
    code_list,
    value,
    decides,
    establishments,
    first_urn,
    listed_in
from core.unknown_code
where not stops
order by code_list, value
