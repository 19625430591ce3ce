-- on: mart.organisation
-- what: An organisation's schools, or those of them that are high-performing or in need, are not those of the published statuses; or one that runs a
-- school is not in the table, or one that runs none is.
-- why: Organisations are chosen by these counts; that their sum is the country's does not show that each is right.
-- do: Look at sql/mart/organisation.sql, and for an organisation of two kinds in core.school_organisation.
with counted as (
    select
        status.definition,
        status.phase,
        school.organisation_kind,
        school.organisation_id,
        count(*) as schools,
        -- what is withheld of the phase is told of no organisation
        case when any_value(high.withheld_because) is null then count(*) filter (where status.status = 'high_performing') end as high_performing,
        case when any_value(need.withheld_because) is null then count(*) filter (where status.status = 'in_need') end as in_need
    from mart.school_status as status
    inner join mart.school as school on school.urn = status.urn
    left join mart.question as high
        on high.definition = status.definition and high.phase = status.phase and high.question = 'high_performing'
    left join mart.question as need
        on need.definition = status.definition and need.phase = status.phase and need.question = 'in_need'
    where status.status <> 'not_asked'
    group by status.definition, status.phase, school.organisation_kind, school.organisation_id
)

select
    coalesce(organisation.definition, counted.definition) as definition,
    coalesce(organisation.phase, counted.phase) as phase,
    coalesce(organisation.organisation_id, counted.organisation_id) as organisation_id,
    organisation.schools,
    counted.schools as schools_recounted
from mart.organisation as organisation
full join counted
    on
        counted.definition = organisation.definition
        and counted.phase = organisation.phase
        and counted.organisation_kind = organisation.organisation_kind
        and counted.organisation_id = organisation.organisation_id
where
    organisation.definition is null
    or counted.definition is null
    -- of one that is not known only a school is: it has no counts
    or case
        when counted.organisation_kind = 'not_known'
            then coalesce(organisation.schools, organisation.high_performing, organisation.in_need) is not null
        else
            organisation.schools is distinct from counted.schools
            or organisation.high_performing is distinct from counted.high_performing
            or organisation.in_need is distinct from counted.in_need
    end
