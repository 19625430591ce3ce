-- One row per value of a closed list of GIAS that is not in the list, and what is decided by it: how many establishments have it, and the lowest URN
-- of them. Counted are those for which it decides anything: of types those that are open, of phases those whose type has no phase of its own, of
-- flags those of academies, of rural-urban classes the schools of whose small area none is known, else the schools of core.school. stops: whether a
-- school is counted, and whose it is, hangs on it, so that the refresh stops (sql/check/core_unknown_code.sql); else the schools stay, and what the
-- value says of them is not known. A blank says nothing, and is no unknown value; but an establishment whose status, type or authority is not told
-- would be lost, and stops too (value: blank). A school whose type teaches a phase, and of which GIAS tells none, is left out: a few are named
-- (value: blank, or the code of "not applicable"), more stop the refresh (sql/check/core_gias_contradicts_itself.sql).
with listed as (
    select
        'phase' as code_list,
        phase_code as value
    from reference.phase
    union all
    select
        'trust_flag' as code_list,
        trust_flag_code as value
    from reference.trust_flag
    union all
    select
        'rural_urban_class' as code_list,
        rural_urban_code as value
    from reference.rural_urban_class
    union all
    select
        'region' as code_list,
        gor_code as value
    from reference.region
    union all
    select
        code_list,
        word as value
    from reference.gias_word
    union all
    select
        'religious_character' as code_list,
        religious_character as value
    from reference.faith
),

-- of whoever is left out for it: what the extract says, and blank where it says nothing
lost as (
    select
        known.left_out_because,
        known.is_state_funded,
        known.phase,
        establishment.*
    from core.establishment as known
    inner join raw.gias_establishment as establishment on establishment.urn = known.urn
    where known.left_out_because is not null
),

said as (
    select
        'establishment_status' as code_list,
        coalesce(status_code, status_name, 'blank') as value,
        urn
    from lost
    where left_out_because = 'status_not_known'
    union all
    select
        'establishment_type' as code_list,
        coalesce(type_code, type_name, 'blank') as value,
        urn
    from lost
    where left_out_because = 'type_not_known'
    union all
    select
        'phase' as code_list,
        coalesce(lost.phase_code, by_name.phase_code, lost.phase_name, 'blank') as value,
        lost.urn
    from lost
    left join reference.phase as by_name on by_name.phase_key = name_key(lost.phase_name)
    where lost.left_out_because = 'phase_not_known'
    union all
    -- an authority that is made anew is known by its region or its ONS code (core.local_authority): here neither is told
    select
        'local_authority' as code_list,
        coalesce(la_code, 'blank') as value,
        urn
    from lost
    where left_out_because = 'authority_not_known' and is_state_funded and phase is not null
    union all
    select
        'trust_flag' as code_list,
        trust_flag_code as value,
        urn
    from core.establishment
    where left_out_because is null and is_academy
    union all
    -- where the small area tells the class, that of GIAS decides nothing
    select
        'rural_urban_class' as code_list,
        establishment.urban_rural_code as value,
        establishment.urn
    from core.establishment as establishment
    inner join core.school_setting as setting on setting.urn = establishment.urn
    where setting.setting_source = 'not_known'
    union all
    select
        unnest(['region', 'gender', 'admissions', 'religious_character']) as code_list,
        unnest([gor_code, gender, admissions, religious_character]) as value,
        urn
    from core.establishment
    where left_out_because is null
)

select
    said.code_list,
    said.value,
    list.decides,
    list.stops and not (said.code_list = 'phase' and (said.value = 'blank' or listed.value is not null)) as stops,
    list.listed_in,
    count(*) as establishments,
    min(said.urn) as first_urn
from said
inner join reference.code_list as list on list.code_list = said.code_list
left join listed on listed.code_list = said.code_list and listed.value = said.value
where said.value is not null and (listed.value is null or said.code_list = 'phase')
group by all
