-- One row per definition and parameter (a definition without parameters has one row with nulls): every threshold, its unit, its source.
select
    definition,
    title,
    sentence,
    parameter,
    value,
    unit,
    parameter_sentence,
    parameter_source
from definition.parameter
order by definition, parameter
