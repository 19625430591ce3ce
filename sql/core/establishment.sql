-- One row per establishment in GIAS, open or closed, with the phase it counts as, or the reason why it is outside: mart.school
-- holds those whose left_out_because is null. Types are matched by code; reference.establishment_type has a row for each name that a code has
-- had, and the row of its present name is taken. An extract without codes (2017) is matched by any of the names. A school that has become an
-- academy can stand in an extract twice, under both URNs (78 times in September 2025): the number of the establishment within its authority
-- (LAESTAB) stays, and the URN that Ofsted lists is believed, then the one with pupils, then the higher. Statuses, types and phases are closed
-- lists: what is in none is left out under that reason alone, and core.unknown_code stops the refresh for it.
with typed as (
    select
        establishment.*,
        type_of.type_name as state_funded_type,
        type_of.is_academy,
        coalesce(type_of.phase, phase_of.phase) as counted_phase,
        coalesce(status_of.status_code, establishment.status_code) as status,
        -- 99 and 0 stand for "not known" in GIAS
        nullif(establishment.low_age, 99) as lowest_age,
        nullif(nullif(establishment.high_age, 99), 0) as highest_age,
        status_of.is_open,
        type_of.type_code is not null or establishment.type_code in (select other.type_code from reference.other_establishment_type as other)
        or establishment.type_code is null
        and name_key(establishment.type_name) in (select other.type_name_key from reference.other_establishment_type as other) as is_known_type
    from raw.gias_establishment as establishment
    left join reference.establishment_status as status_of
        on
            status_of.status_code = establishment.status_code
            or establishment.status_code is null and status_of.status_key = name_key(establishment.status_name)
    left join reference.establishment_type as type_of
        on
            type_of.type_code = establishment.type_code and type_of.type_name_key = name_key(type_of.type_name)
            or establishment.type_code is null and type_of.type_name_key = name_key(establishment.type_name)
    left join reference.phase as phase_of
        on
            phase_of.phase_code = establishment.phase_code
            or establishment.phase_code is null and phase_of.phase_key = name_key(establishment.phase_name)
),

first_sight as (
    select
        urn,
        -- LAESTAB: authority number and establishment number, the key of results through the years
        try_cast(la_code as integer) * 10000 + try_cast(establishment_number as integer) as laestab,
        urn in (select listed.urn from core.ofsted_listed as listed) as is_listed_by_ofsted,
        coalesce(pupils, 0) > 0 as has_pupils,
        case
            when is_open is null then 'status_not_known'
            when not is_open then 'not_open'
            -- GIAS puts none of these into a region of England. A state-funded school that it puts into an authority (ONS code) or small area of
            -- England has a wrong number. (Constituencies tell nothing: schools of the forces have one of England.)
            when
                is_number_abroad(la_code)
                and coalesce(gor_code not in (select region.gor_code from reference.region as region), true)
                and (state_funded_type is null or not coalesce(starts_with(la_ons_code, 'E') or starts_with(lsoa_code, 'E'), false))
                then 'outside_england'
            when la_code is null or la_code not in (select known.la_code from core.local_authority as known)
                then 'authority_not_known'
            when not is_known_type or is_known_type is null then 'type_not_known'
            when state_funded_type is null then 'not_state_funded_school'
            when counted_phase is null then 'phase_not_known'
        end as left_out_because
    from typed
),

once as (
    select
        urn,
        laestab,
        case
            when left_out_because is not null or laestab is null then left_out_because
            when
                row_number() over (
                    partition by laestab, left_out_because is null
                    order by is_listed_by_ofsted desc, has_pupils desc, urn desc
                ) > 1
                then 'listed_twice'
        end as left_out_because
    from first_sight
)

select
    typed.urn,
    typed.name,
    coalesce(typed.state_funded_type, typed.type_name) as type,
    -- null: GIAS does not tell the type, or one that is not known
    case when typed.is_known_type then typed.state_funded_type is not null end as is_state_funded,
    coalesce(typed.is_academy, false) as is_academy,
    typed.counted_phase as phase,
    typed.phase_name as gias_phase,
    typed.la_code,
    typed.la_ons_code,
    once.laestab,
    typed.status,
    typed.open_date,
    typed.close_date,
    -- of ages the wrong way round neither is known
    case when not coalesce(typed.lowest_age > typed.highest_age, false) then typed.lowest_age end as low_age,
    case when not coalesce(typed.lowest_age > typed.highest_age, false) then typed.highest_age end as high_age,
    typed.gender,
    typed.religious_character,
    typed.admissions,
    nullif(typed.pupils, 0) as pupils,
    -- a share of nobody is not 0 %: a new school is listed with 0 pupils and 0.0 until its first census
    case when typed.pupils > 0 then typed.fsm_percent end as fsm_percent,
    typed.trust_flag_code,
    typed.trust_id,
    typed.trust_name,
    typed.postcode,
    typed.gor_code,
    typed.constituency_code,
    typed.constituency_name,
    typed.urban_rural_code,
    -- 0 stands for "not known" in GIAS
    nullif(typed.easting, 0) as easting,
    nullif(typed.northing, 0) as northing,
    typed.lsoa_code,
    typed.as_at,
    once.left_out_because
from typed
inner join once on once.urn = typed.urn
