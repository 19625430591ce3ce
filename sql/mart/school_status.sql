-- One row per definition and school in its universe: status, and every reason for it (codes: mart.reason).
select
    definition,
    urn,
    phase,
    status,
    reasons,
    excluded_because,
    not_assessed,
    not_met,
    in_need_undecided,
    high_performing_undecided,
    facts
from match.school_status
order by definition, urn
