-- One row per school: what a definition finds of it, and what sets its reasons aside. Asked in a trial (warehouse/study/sensitivity.py).
select
    status.definition,
    status.phase,
    status.urn,
    status.status,
    status.reasons,
    status.not_assessed,
    status.in_need_undecided,
    status.high_performing_undecided,
    outcome.excluded_from_need,
    outcome.excluded_from_high_performing
from match.school_status as status
inner join definition.outcome as outcome on outcome.definition = status.definition and outcome.urn = status.urn
