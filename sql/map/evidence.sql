-- One row per kind of evidence on which a partner is high-performing: what it is, in words.
select distinct strength_words as words
from mart.shortlist
where strength_words is not null
order by words
