-- One row per definition, phase, parameter and value of it, with what the parameter does in words (place is empty for the search radius, which
-- is none of a definition and comes first). Its figures are those that the contract of mart.sensitivity gives.
select
    moved.definition,
    moved.phase,
    moved.parameter,
    coalesce(about.parameter, '') as place,
    coalesce(about.parameter_sentence, 'How far help may come from, in times the radius.') as sentence,
    moved.value,
    moved.is_as_defined
from mart.sensitivity as moved
left join mart.definition as about on about.definition = moved.definition and about.parameter = moved.parameter
