-- One row per definition and phase: the high-performing schools in a multi-academy trust.
select
    status.definition,
    status.phase,
    count(*) filter (where status.status = 'high_performing' and school.is_in_mat) as schools
from match.school_status as status
inner join core.school as school on school.urn = status.urn
group by status.definition, status.phase
