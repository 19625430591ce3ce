-- One row per definition, phase and question (in_need, high_performing): for how many schools the answer was found to be yes, for how many it
-- could not be decided, and whether figures of it are withheld (withheld_because is filled). They are where more schools are undecided than
-- found, and these are a material share of the phase (reference.limit says how large, and why): what is found then says more of the files than
-- of the schools. Schools that only a rule leaves open which is known from elsewhere to concern few do not weigh in this. not_asked: schools outside
-- the definition's base, which are none of the others. They withhold nothing, unless nobody is asked: no figure is 0 for that.
with asked as (
    select
        status.definition,
        status.phase,
        question.question,
        status.urn,
        status.status = question.question as is_found,
        if(question.question = 'in_need', status.in_need_undecided, status.high_performing_undecided) as is_undecided
    from match.school_status as status
    cross join (values ('in_need'), ('high_performing')) as question (question)
),

open_code as (
    select distinct
        definition,
        urn,
        kind,
        code
    from match.undecided_rule
    where is_open and not is_bounded
),

open_school as (
    select distinct
        definition,
        urn,
        kind
    from open_code
),

not_asked as (
    select
        definition,
        phase,
        not_asked_because as code,
        count(*) as schools
    from match.not_asked
    group by definition, phase, not_asked_because
),

outside as (
    select
        not_asked.definition,
        not_asked.phase,
        cast(sum(not_asked.schools) as bigint) as schools,
        case when count(*) > 1 then 'Of most of these: ' else '' end
        || arg_max(reason.sentence, (not_asked.schools, not_asked.code)) as because
    from not_asked
    inner join definition.reason as reason on reason.definition = not_asked.definition and reason.code = not_asked.code
    group by not_asked.definition, not_asked.phase
),

universe as (
    select distinct
        outcome.definition,
        outcome.phase,
        question.question
    from definition.outcome as outcome
    cross join (values ('in_need'), ('high_performing')) as question (question)
),

counted as (
    select
        asked.definition,
        asked.phase,
        asked.question,
        count(*) as schools,
        count(*) filter (where asked.is_found) as found,
        count(*) filter (where asked.is_undecided) as undecided,
        count(*) filter (where asked.is_undecided and open_school.urn is not null) as weighed
    from asked
    left join open_school
        on open_school.definition = asked.definition and open_school.urn = asked.urn and open_school.kind = asked.question
    group by asked.definition, asked.phase, asked.question
),

cause as (
    select
        asked.definition,
        asked.phase,
        asked.question,
        open_code.code,
        count(*) as schools
    from asked
    inner join open_code
        on open_code.definition = asked.definition and open_code.urn = asked.urn and open_code.kind = asked.question
    where asked.is_undecided
    group by asked.definition, asked.phase, asked.question, open_code.code
),

most as (
    select
        definition,
        phase,
        question,
        arg_max(code, (schools, code)) as code
    from cause
    group by definition, phase, question
),

share as (
    select
        max(value) filter (where name = 'undecided_percent') as undecided_percent,
        max(value) filter (where name = 'undecided_for_each_found') as undecided_for_each_found,
        max(value) filter (where name = 'undecided_at_least') as undecided_at_least
    from reference.limit_of_figures
)

select
    universe.definition,
    universe.phase,
    universe.question,
    coalesce(counted.schools, 0) as schools,
    coalesce(counted.found, 0) as found,
    coalesce(counted.undecided, 0) as undecided,
    percent_of(counted.undecided, counted.schools) as undecided_percent,
    coalesce(outside.schools, 0) as not_asked,
    outside.because as not_asked_because,
    case
        when counted.schools is null then printf('None of %,d schools is asked. %s', outside.schools, outside.because)
        when
            counted.weighed >= share.undecided_at_least
            and counted.weighed > share.undecided_for_each_found * counted.found
            and percent_of(counted.weighed, counted.schools) > share.undecided_percent
            then
                printf(
                    '%,d of %,d schools are found, and of %,d more it could not be decided. Of most of these: %s',
                    counted.found, counted.schools, counted.undecided, reason.sentence
                )
    end as withheld_because
from universe
cross join share
left join counted
    on counted.definition = universe.definition and counted.phase = universe.phase and counted.question = universe.question
left join outside on outside.definition = universe.definition and outside.phase = universe.phase
left join most on most.definition = counted.definition and most.phase = counted.phase and most.question = counted.question
left join definition.reason as reason on reason.definition = most.definition and reason.code = most.code
