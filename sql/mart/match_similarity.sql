-- One row per school in need and high-performing school in range of it by any definition: how alike they are, from 0 (nothing in common) to 1, in
-- all (similarity) and part by part. A part that is not known of both schools is null and left out of the whole: missing is not unlike.
-- Weights: sql/reference/similarity_weight.csv; rules: sql/match/similarity.sql. Likeness is not willingness, capacity or effect.
select
    need_urn,
    partner_urn,
    similarity,
    size_similarity,
    fsm_similarity,
    age_similarity,
    gender_similarity,
    faith_similarity,
    selection_similarity,
    setting_similarity
from match.similarity
order by need_urn, partner_urn
