-- on: match.share
-- what: The shares of a partner do not add up to 1, or a pair has none.
-- why: A helper share is told as help that is there: none may be made, and none lost.
-- do: Look at sql/match/share.sql, and whether sql/reference/help_decay.csv has one decay in use, which covers all distances from 0 to the radius.
select
    pair.definition,
    pair.partner_urn,
    count(*) as pairs,
    count(share.helper_share) as shares,
    sum(share.helper_share) as added_up
from match.pair as pair
left join match.share as share
    on share.definition = pair.definition and share.need_urn = pair.need_urn and share.partner_urn = pair.partner_urn
group by pair.definition, pair.partner_urn
having count(*) <> count(share.helper_share) or abs(sum(share.helper_share) - 1) > 1e-9
