-- One row per definition and school in its universe: high_performing, in_need or neither, with every reason found.
-- A school that a definition finds in need, and does not exclude, is in need even where it is high-performing too: whoever needs help
-- is not asked to give it. A school that is excluded from need (in a trust already, say) keeps its reasons, and says why.
select
    definition,
    urn,
    phase,
    case
        when len(in_need_reasons) > 0 and excluded_because is null then 'in_need'
        when len(high_performing_reasons) > 0 then 'high_performing'
        else 'neither'
    end as status,
    list_concat(in_need_reasons, high_performing_reasons) as reasons,
    excluded_because,
    not_assessed
from definition.outcome
