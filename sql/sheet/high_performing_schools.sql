-- One row per definition and high-performing school: who runs it, of how many schools in need it is a partner, how old its judgement is, and what
-- an ungraded inspection has found since.
select
    supporter.definition,
    supporter.phase,
    school.region_code,
    school.la_ons_code,
    supporter.partner_urn,
    school.name,
    school.la_name,
    school.trust_name,
    supporter.schools_in_need,
    school.ofsted_framework,
    school.ofsted_date,
    school.ofsted_age_years,
    school.has_ofsted_ungraded_concerns,
    school.ofsted_ungraded_outcome,
    school.ofsted_ungraded_date,
    supporter.partner_urn as gias_page
from mart.supporter as supporter
inner join mart.school as school on school.urn = supporter.partner_urn
