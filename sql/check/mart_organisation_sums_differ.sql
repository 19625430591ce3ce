-- on: mart.organisation
-- what: The schools of all organisations are not those of the country, or an organisation's reach is not the schools in need that it is near to.
-- why: Every school is run by one organisation; a difference is a school lost or counted twice.
-- do: Look for a school with two rows in core.school_organisation, or an organisation of two kinds.
with summed as (
    select
        definition,
        phase,
        -- one school of an organisation that is not known
        sum(coalesce(schools, 1)) as schools
    from mart.organisation
    group by definition, phase
),

reached as (
    select
        definition,
        phase,
        organisation_id,
        count(*) as schools_in_need
    from mart.partner_organisation
    group by definition, phase, organisation_id
)

select
    summed.definition,
    summed.phase,
    'all' as organisation_id,
    summed.schools as found,
    country.schools as expected
from summed
inner join mart.area_summary as country
    on country.definition = summed.definition and country.phase = summed.phase and country.area_type = 'country'
where summed.schools <> country.schools
union all
select
    organisation.definition,
    organisation.phase,
    organisation.organisation_id,
    organisation.schools_in_need_in_reach as found,
    reached.schools_in_need as expected
from mart.organisation as organisation
left join reached
    on
        reached.definition = organisation.definition
        and reached.phase = organisation.phase
        and reached.organisation_id = organisation.organisation_id
where
    coalesce(organisation.schools_in_need_in_reach, 0) <> coalesce(reached.schools_in_need, 0)
    -- what is withheld of the phase is told of no organisation
    and not (
        organisation.schools_in_need_in_reach is null
        and (organisation.definition, organisation.phase) in (
            select (withheld.definition, withheld.phase)
            from mart.question as withheld
            where withheld.withheld_because is not null
        )
    )
