-- One row per definition and school in its universe: high_performing, in_need or neither, with every reason found. From definition.outcome, the
-- rows of all definitions in one table. A school that a definition finds in need, and does not set aside, is in need even where it is
-- high-performing too: whoever needs help is not asked to give it. A need that is set aside (in a trust already, say) does not stop a school from
-- being high-performing. The school keeps its reasons, and excluded_because says why those for need (or else for high performance) do not count.
select
    definition,
    urn,
    phase,
    case
        when len(in_need_reasons) > 0 and excluded_from_need is null then 'in_need'
        when len(high_performing_reasons) > 0 and excluded_from_high_performing is null then 'high_performing'
        else 'neither'
    end as status,
    list_concat(in_need_reasons, high_performing_reasons) as reasons,
    case
        when len(in_need_reasons) > 0 and excluded_from_need is not null then excluded_from_need
        when len(high_performing_reasons) > 0 then excluded_from_high_performing
    end as excluded_because,
    not_assessed,
    facts
from definition.outcome
