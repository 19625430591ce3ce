-- on: core.school
-- what: A value of a closed list of GIAS is not in the list, and it decides whether a school is counted or whose it is.
-- why: An open school, an academy or a trust that is called by a new code would be lost, or taken for what it is not.
-- do: See what the publisher means by the value; then add it to the file that is named, with its source. If columns have moved, fetch the file again.
select
    code_list,
    value,
    establishments,
    first_urn,
    decides,
    listed_in
from core.unknown_code
where stops
