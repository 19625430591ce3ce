-- on: mart.match
-- what: That the two schools of a pair are of one local authority, or of one trust, is not what the published schools say.
-- why: People filter partners by both; a flag that is always true, or read from the wrong school, looks like an answer.
-- do: Look at the joins of sql/mart/match.sql.
select
    pair.definition,
    pair.need_urn,
    pair.partner_urn,
    pair.same_la,
    pair.same_trust
from mart.match as pair
inner join mart.school as need on need.urn = pair.need_urn
inner join mart.school as partner on partner.urn = pair.partner_urn
where
    pair.same_la is distinct from (need.la_ons_code = partner.la_ons_code)
    -- two schools that no trust runs are not of one; of an academy whose trust is not known it cannot be told
    or pair.same_trust is distinct from case
        when not (need.is_academy and partner.is_academy) then false
        when need.organisation_kind <> 'not_known' and partner.organisation_kind <> 'not_known'
            then need.organisation_id = partner.organisation_id
    end
