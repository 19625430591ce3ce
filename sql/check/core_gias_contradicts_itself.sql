-- on: core.school
-- what: Rows of GIAS lack what every school has (an establishment number; of an academy the trust flag), or contradict themselves: a code of one
-- phase, type or status beside the name of another; a number of an authority outside England beside a region or an ONS code of England; two schools
-- of different places that have one number (LAESTAB), so that one of them would be left out.
-- why: A column that is emptied in a part of the file, or has moved by a row, looks like data, and schools are lost by it or change their phase.
-- do: Compare the rows with the publisher's file; fetch it again. If it is right, allow it once: schoolmatch refresh --accept-changes.
with type_name as (
    select distinct
        type_code,
        type_name_key
    from reference.establishment_type
),

asked as (
    select
        establishment.urn,
        'no establishment number' as problem,
        establishment.establishment_number is null as is_so
    from raw.gias_establishment as establishment
    inner join core.school as school on school.urn = establishment.urn
    union all
    select
        establishment.urn,
        'an academy without a trust flag' as problem,
        establishment.trust_flag_code is null as is_so
    from raw.gias_establishment as establishment
    inner join core.establishment as known on known.urn = establishment.urn
    where known.is_academy and known.left_out_because is null
    union all
    select
        establishment.urn,
        'outside England by its authority, and in England by its region or ONS code' as problem,
        known.left_out_because = 'outside_england'
        and (establishment.gor_code in (select region.gor_code from reference.region as region) or establishment.la_ons_code like 'E%') as is_so
    from raw.gias_establishment as establishment
    inner join core.establishment as known on known.urn = establishment.urn
    union all
    -- of two rows with one LAESTAB one is left out, as the same school under another URN; of the 78 in September 2025 one has another postcode
    select
        twin.urn,
        'one LAESTAB at two postcodes' as problem,
        twin.postcode <> school.postcode as is_so
    from core.establishment as twin
    inner join core.school as school on school.laestab = twin.laestab
    where twin.left_out_because = 'listed_twice'
    union all
    select
        establishment.urn,
        'code and name of the phase differ' as problem,
        by_name.phase_code <> establishment.phase_code as is_so
    from raw.gias_establishment as establishment
    inner join reference.phase as by_name on by_name.phase_key = name_key(establishment.phase_name)
    where establishment.phase_code is not null
    union all
    select
        establishment.urn,
        'code and name of the status differ' as problem,
        by_name.status_code <> establishment.status_code as is_so
    from raw.gias_establishment as establishment
    inner join reference.establishment_status as by_name on by_name.status_key = name_key(establishment.status_name)
    where establishment.status_code is not null
    union all
    select
        establishment.urn,
        'code and name of the type differ' as problem,
        by_name.type_code <> establishment.type_code as is_so
    from raw.gias_establishment as establishment
    inner join type_name as by_name on by_name.type_name_key = name_key(establishment.type_name)
    where establishment.type_code is not null
)

select
    problem,
    count(*) as establishments,
    count(*) filter (where is_so) as of_them,
    min(urn) filter (where is_so) as first_urn
from asked
where not (select run.accepts_changes from landing.run as run)
group by problem
-- in the extracts of April 2017 and September 2025 none
having count(*) filter (where is_so) > greatest(0.002 * count(*), 20)
