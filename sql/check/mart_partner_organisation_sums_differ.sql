-- on: mart.partner_organisation
-- what: The high-performing schools of the organisations near a school in need are not as many as its matches, or the nearest is another.
-- why: Organisations are the same schools by who runs them; none may be lost, or counted for two.
-- do: Look for a school with no row or two in core.school_organisation.
with by_school as (
    select
        definition,
        need_urn,
        count(*) as partners,
        min(distance_m) as distance_m
    from mart.match
    group by definition, need_urn
),

by_organisation as (
    select
        definition,
        need_urn,
        sum(partners) as partners,
        min(distance_m) as distance_m
    from mart.partner_organisation
    group by definition, need_urn
)

select
    coalesce(by_school.definition, by_organisation.definition) as definition,
    coalesce(by_school.need_urn, by_organisation.need_urn) as need_urn,
    by_school.partners as matches,
    by_organisation.partners as of_organisations
from by_school
full join by_organisation
    on by_organisation.definition = by_school.definition and by_organisation.need_urn = by_school.need_urn
where
    by_school.partners is distinct from by_organisation.partners
    or by_school.distance_m is distinct from by_organisation.distance_m
