-- One row per part of the likeness of two schools (match_similarity): how much it counts, and how it is worked out. From
-- sql/reference/similarity_weight.csv, where weights are changed.
select
    part,
    weight,
    sentence
from reference.similarity_weight
order by part
