-- One row per definition, phase and question (in_need, high_performing): for how many schools the answer is yes, for how many it could not be
-- decided, and why figures of it are withheld, if they are (sql/match/question.sql says when); beside them, how many are not asked, and why.
select
    definition,
    phase,
    question,
    schools,
    case when withheld_because is null then found end as found,
    undecided,
    undecided_percent,
    not_asked,
    not_asked_because,
    withheld_because
from match.question
order by definition, phase, question
