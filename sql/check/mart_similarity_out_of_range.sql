-- on: mart.match
-- what: A likeness, or a part of it, is not from 0 to 1, or not the same in both tables, or the ranks by it are not 1, 2, 3 ... by falling likeness.
-- why: The score is published as one from 0 to 1; a rank that skips or repeats hides a partner.
-- do: Look at sql/reference/similarity_weight.csv (no weight may be below 0) and at match.similarity.
select
    pair.definition,
    pair.need_urn,
    pair.partner_urn,
    pair.similarity
from mart.match as pair
left join mart.match_similarity as known on known.need_urn = pair.need_urn and known.partner_urn = pair.partner_urn
where
    pair.similarity is distinct from known.similarity
    or (pair.similarity is null) <> (pair.similarity_rank is null)
    -- a millionth for the division
    or pair.similarity not between 0 and 1 + 1e-6
    or least(
        known.size_similarity, known.fsm_similarity, known.age_similarity, known.gender_similarity,
        known.faith_similarity, known.selection_similarity, known.setting_similarity
    ) < 0
    or greatest(
        known.size_similarity, known.fsm_similarity, known.age_similarity, known.gender_similarity,
        known.faith_similarity, known.selection_similarity, known.setting_similarity
    ) > 1
union all
select
    more.definition,
    more.need_urn,
    more.partner_urn,
    more.similarity
from mart.match as less
inner join mart.match as more
    on more.definition = less.definition and more.need_urn = less.need_urn and more.similarity_rank = less.similarity_rank + 1
where more.similarity > less.similarity
union all
select
    definition,
    need_urn,
    any_value(partner_urn) as partner_urn,
    max(similarity) as similarity
from mart.match
group by definition, need_urn
having max(similarity_rank) <> count(similarity_rank) or count(distinct similarity_rank) <> count(similarity_rank)
