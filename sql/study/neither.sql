-- One row per definition and phase: the schools that are neither in need nor high-performing.
select
    definition,
    phase,
    count(*) filter (where status = 'neither') as schools
from match.school_status
group by definition, phase
