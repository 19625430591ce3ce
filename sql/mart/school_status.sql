-- One row per definition and school in its universe: status, and every reason for it (codes: mart.reason). A school outside the definition's base is
-- not asked, which is no status but has a reason.
select
    definition,
    urn,
    phase,
    status,
    reasons,
    excluded_because,
    cast(null as varchar) as not_asked_because,
    not_assessed,
    not_met,
    in_need_undecided,
    high_performing_undecided,
    facts
from match.school_status
union all
select
    definition,
    urn,
    phase,
    'not_asked' as status,
    [] as reasons,
    null as excluded_because,
    not_asked_because,
    [] as not_assessed,
    [] as not_met,
    false as in_need_undecided,
    false as high_performing_undecided,
    facts
from match.not_asked
order by definition, urn
