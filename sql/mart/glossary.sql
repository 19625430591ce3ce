-- One row per word that the outputs use, and what it means in one sentence. From sql/reference/glossary.csv, where words are changed.
select
    term,
    meaning
from reference.glossary
order by lower(term)
