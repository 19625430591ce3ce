-- One row per definition, phase, parameter and value of it, with what the parameter does in words, or the fact that is not known and what it counts
-- as. place: the search radius, which is none of a definition, comes first, what is not known last. Its figures are those that the contract of
-- mart.sensitivity gives.
select
    moved.definition,
    moved.phase,
    moved.parameter,
    moved.question,
    case
        when moved.parameter = 'search_radius' then ''
        when moved.question = 'both' then about.parameter
        else '~ ' || moved.parameter || ' ' || moved.question
    end as place,
    case
        when moved.parameter = 'search_radius' then 'How far help may come from, in times the radius.'
        when moved.question = 'both' then about.parameter_sentence
        else
            printf(
                'Schools that this alone leaves open are taken as %s (1) or not (0): %s',
                if(moved.question = 'in_need', 'in need', 'high-performing'), reason.sentence
            )
    end as sentence,
    moved.value,
    moved.is_as_defined
from mart.sensitivity as moved
left join mart.definition as about on about.definition = moved.definition and about.parameter = moved.parameter
left join mart.reason as reason on reason.definition = moved.definition and reason.code = moved.parameter
