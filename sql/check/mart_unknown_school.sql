-- on: mart.school_status
-- what: A status or a pair names a school that is not in mart.school, or a status names no phase of that school.
-- why: Whoever joins the tables would lose rows without a word.
-- do: A model in sql/match reads other schools than sql/mart/school.sql: mend that one.
select
    status.definition,
    status.urn as unknown_urn
from mart.school_status as status
left join mart.school as school on school.urn = status.urn and school.phase = status.phase
where school.urn is null
union all
select
    pair.definition,
    coalesce(case when need.urn is null then pair.need_urn end, pair.partner_urn) as unknown_urn
from mart.match as pair
left join mart.school_status as need on need.urn = pair.need_urn and need.definition = pair.definition
left join mart.school_status as partner on partner.urn = pair.partner_urn and partner.definition = pair.definition
where need.urn is null or partner.urn is null
