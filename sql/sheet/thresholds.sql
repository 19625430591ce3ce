-- One row per definition and threshold of it: its value, what it does, and where it is from.
select
    definition,
    parameter,
    parameter_sentence,
    value,
    unit,
    parameter_source
from mart.definition
where parameter is not null
