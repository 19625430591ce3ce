-- One row per reason code of mart.school_status, with the sentence it stands for.
select
    code,
    kind,
    sentence
from reference.reason
order by code
