-- One row per word that the outputs use. in_order: words stand as in a dictionary, capitals or not.
select
    term,
    meaning,
    lower(term) as in_order
from mart.glossary
