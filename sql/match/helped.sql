-- One row per definition and school in need: its helper share, the sum of the shares of all its partners (match.share), in whole helpers. 0 where
-- nobody is near. Null where its number of partners is not told, and where it is not known of too many schools whether they are in need: who else
-- reaches for the same help is not known then.
select
    need.definition,
    need.phase,
    need.need_urn,
    case
        when any_value(need.partners) is not null and any_value(rival.withheld_because) is null
            then coalesce(round(sum(share.helper_share), 9), 0)
    end as helper_share
from match.need as need
left join match.question as rival
    on rival.definition = need.definition and rival.phase = need.phase and rival.question = 'in_need'
left join match.share as share on share.definition = need.definition and share.need_urn = need.need_urn
group by need.definition, need.phase, need.need_urn
