-- One row per open state-funded school in England: who it is, where it stands, its trust, its latest and previous judgement, what an ungraded
-- inspection found since, its results of the latest year with attainment. ofsted_age_years: whole years from the latest judgement to the date of
-- the newest release of Ofsted's latest inspections, not to today, so that the same files give the same. What a definition asks beyond it: rise
-- core.judgement, core.results_year and the results of several years (core.ks2_result, core.ks4_result); nfer-2017 those of every year
-- (raw.ks2_result, raw.ks4_result by core.result_owner, core.results_year, core.national_result), core.school_organisation and raw.list_*.
with results_year as (
    select
        max(attainment_year) filter (where stage = 'ks2') as ks2,
        max(attainment_year) filter (where stage = 'ks4') as ks4
    from core.results_year
),

release as (
    select max(as_at) as as_at
    from raw.ofsted_inspection
)

select
    establishment.urn,
    establishment.name,
    establishment.phase,
    establishment.gias_phase,
    establishment.type,
    establishment.is_academy,
    establishment.laestab,
    coalesce(academy.trust_id, establishment.trust_id) as trust_id,
    establishment.trust_name,
    -- an academy is in a multi-academy trust or in one of its own: where neither is told it is not known which; what is no academy is in none of them
    case when establishment.is_academy then academy.is_in_mat else false end as is_in_mat,
    trust.trust_joined_date,
    trust.trust_joined_source,
    trust.was_judged_before_joining as is_ofsted_before_trust,
    establishment.open_date,
    local_authority.la_code,
    local_authority.la_name,
    local_authority.la_ons_code,
    -- the region of its authority, wherever it stands (docs/method/universe.md#areas)
    local_authority.region_code,
    local_authority.region_name,
    establishment.constituency_code,
    establishment.constituency_name,
    establishment.postcode,
    location.easting,
    location.northing,
    cell.longitude,
    cell.latitude,
    location.location_source,
    setting.urban_rural_code,
    setting.setting,
    setting.setting_source,
    setting.search_radius_miles,
    -- who is near can be told: where it stands and how far to look are known
    cell.h3_r7 is not null and setting.search_radius_miles is not null as can_be_placed,
    cell.h3_r7,
    cell.h3_r6,
    cell.h3_r5,
    establishment.pupils,
    establishment.fsm_percent,
    establishment.low_age,
    establishment.high_age,
    -- whether it teaches to the end of the key stage by whose results its phase is told (2 in primary schools, 4 in secondary): infant, first and
    -- middle schools do not. Who has a result, shown or suppressed, does, whatever its statutory ages
    case
        when establishment.phase = 'primary'
            then coalesce(ks2.rwm_expected_percent is not null or ks2.rwm_expected_percent_missing = 'suppressed', false)
        when establishment.phase = 'secondary' then coalesce(ks4.attainment8 is not null or ks4.attainment8_missing = 'suppressed', false)
    end
    or establishment.high_age >= case establishment.phase when 'primary' then 11 when 'secondary' then 16 end as reaches_key_stage,
    establishment.gender,
    establishment.admissions,
    establishment.religious_character,
    latest.inspection_date as ofsted_date,
    cast(datesub('year', latest.inspection_date, release.as_at) as integer) as ofsted_age_years,
    latest.framework as ofsted_framework,
    latest.overall_effectiveness as ofsted_grade,
    latest.is_below_good as is_ofsted_below_good,
    latest.category_of_concern as ofsted_category_of_concern,
    latest.quality_of_education as ofsted_quality_of_education,
    latest.leadership_and_management as ofsted_leadership_and_management,
    latest.leadership_and_governance as ofsted_leadership_and_governance,
    latest.safeguarding as ofsted_safeguarding,
    latest.report_card_areas as ofsted_report_card_areas,
    latest.inspected_urn as ofsted_inspected_urn,
    coalesce(latest.inspected_urn <> establishment.urn, false) as is_ofsted_of_predecessor,
    previous.inspection_date as ofsted_previous_date,
    previous.framework as ofsted_previous_framework,
    previous.overall_effectiveness as ofsted_previous_grade,
    previous.quality_of_education as ofsted_previous_quality_of_education,
    previous.leadership_and_management as ofsted_previous_leadership_and_management,
    previous.leadership_and_governance as ofsted_previous_leadership_and_governance,
    ungraded.inspection_date as ofsted_ungraded_date,
    ungraded.ungraded_outcome as ofsted_ungraded_outcome,
    ungraded.has_concerns as has_ofsted_ungraded_concerns,
    ks2.year as ks2_year,
    ks2.result_source as ks2_source,
    ks2.pupils as ks2_pupils,
    ks2.rwm_expected_percent as ks2_rwm_expected_percent,
    case when ks2.urn is null then 'no_row' else ks2.rwm_expected_percent_missing end as ks2_rwm_expected_missing,
    ks2.reading_progress as ks2_reading_progress,
    ks2.writing_progress as ks2_writing_progress,
    ks2.maths_progress as ks2_maths_progress,
    case when ks2.urn is null then 'no_row' else ks2.reading_progress_missing end as ks2_progress_missing,
    ks4.year as ks4_year,
    ks4.result_source as ks4_source,
    ks4.pupils as ks4_pupils,
    ks4.attainment8 as ks4_attainment8,
    case when ks4.urn is null then 'no_row' else ks4.attainment8_missing end as ks4_attainment8_missing,
    ks4.progress8 as ks4_progress8,
    ks4.progress8_lower as ks4_progress8_lower,
    ks4.progress8_upper as ks4_progress8_upper,
    case when ks4.urn is null then 'no_row' else ks4.progress8_missing end as ks4_progress8_missing
from core.establishment as establishment
inner join core.local_authority as local_authority on local_authority.la_code = establishment.la_code
cross join results_year
cross join release
left join core.academy_trust as academy on academy.urn = establishment.urn
left join core.school_location as location on location.urn = establishment.urn
left join core.school_cell as cell on cell.urn = establishment.urn
left join core.school_setting as setting on setting.urn = establishment.urn
left join core.judgement as latest on latest.urn = establishment.urn and latest.recency = 1
left join core.judgement as previous on previous.urn = establishment.urn and previous.recency = 2
left join core.ungraded_inspection as ungraded on ungraded.urn = establishment.urn
left join core.school_trust as trust on trust.urn = establishment.urn
left join core.ks2_result as ks2 on ks2.urn = establishment.urn and ks2.year = results_year.ks2
left join core.ks4_result as ks4 on ks4.urn = establishment.urn and ks4.year = results_year.ks4
where establishment.left_out_because is null
