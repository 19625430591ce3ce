-- One row per definition and school of its universe of which it does not ask, as it is outside the definition's base: why, and what is known of it.
select
    definition,
    urn,
    phase,
    not_asked_because,
    facts
from definition.outcome
where not_asked_because is not null
