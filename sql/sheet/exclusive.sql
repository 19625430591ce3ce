-- One row per definition and phase with a school in need, in the whole country: how many are in need (in_need), have a high-performing school in
-- range (near), get a partner where none takes more than one, two, three; and of how many the place or setting is not known, so that neither can be
-- told (not_placed). The most schools in need come first. is_withheld: too much of it is not known (mart.question).
select
    definition,
    phase,
    (definition, phase) in (
        select (question.definition, question.phase)
        from mart.question as question
        where question.withheld_because is not null
    ) as is_withheld,
    count(*) filter (where capacity = 1) as in_need,
    count(*) filter (where capacity = 1 and (partner_missing is null or partner_missing = 'none_left')) as near,
    count(partner_urn) filter (where capacity = 1) as partnered_1,
    count(partner_urn) filter (where capacity = 2) as partnered_2,
    count(partner_urn) filter (where capacity = 3) as partnered_3,
    count(*) filter (where capacity = 1 and partner_missing = 'place_not_known') as not_placed
from mart.allocation
group by definition, phase
order by definition, in_need desc, phase
