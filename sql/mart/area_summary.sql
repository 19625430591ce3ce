-- One row per definition, phase and area (country, region, local authority, constituency) with at least one school of the definition's universe. A
-- school in need counts where it stands; its partners may stand across the border. Medians and means are over the schools in need whose place and
-- setting are known (partners_of counts them; is_median_of_few: so few that outputs for people show the counts in its place); they are null, not
-- zero, where no school is in need. in_need_without_partner is null where none of those in need can be placed, and so is partnered_exclusively_1 (2,
-- 3): the schools in need that get a partner in the assignment for the whole country in which no high-performing school takes more than 1 (2, 3); an
-- area by itself could do better. A figure is null, too, where it is withheld because too much of what it rests on is not known (match.question); its
-- bounds still stand. Bounds: a school that could not be decided is not in need in the lower and in need in the upper one, likewise high-performing;
-- since need goes before, a high-performing school of which it is not known whether it is in need (high_performing_unless_in_need) is not counted in
-- the lower bound of high-performing. schools: those in the definition's base, of which every figure is; not_asked: the others. Of no schools
-- there is no figure.
with exclusive as (
    select
        definition,
        need_urn,
        bool_or(capacity = 1) as has_partner_1,
        bool_or(capacity = 2) as has_partner_2,
        bool_or(capacity = 3) as has_partner_3
    from match.allocation
    group by definition, need_urn
),

withheld as (
    select
        definition,
        phase,
        max(withheld_because) filter (where question = 'in_need') as in_need_because,
        max(withheld_because) filter (where question = 'high_performing') as high_performing_because,
        max(not_asked_because) as not_asked_because
    from match.question
    group by definition, phase
),

fewest as (
    select value as of_a_median
    from reference.limit_of_figures
    where name = 'smallest_median'
),

school as (
    select
        definition,
        phase,
        urn,
        status,
        in_need_undecided,
        high_performing_undecided,
        len(not_assessed) > 0 as is_not_assessed,
        true as is_asked
    from match.school_status
    union all
    select
        definition,
        phase,
        urn,
        null as status,
        false as in_need_undecided,
        false as high_performing_undecided,
        false as is_not_assessed,
        false as is_asked
    from match.not_asked
),

counted as (
    select
        status.definition,
        status.phase,
        area.area_type,
        area.area_code,
        any_value(area.area_name) as area_name,
        count(*) filter (where status.is_asked) as schools,
        count(*) filter (where not status.is_asked) as not_asked,
        count(*) filter (where status.status = 'high_performing') as high_performing,
        count(*) filter (where status.status = 'in_need') as in_need,
        count(*) filter (where status.in_need_undecided) as in_need_undecided,
        count(*) filter (where status.high_performing_undecided) as high_performing_undecided,
        count(*) filter (where status.status = 'high_performing' and status.in_need_undecided) as high_performing_unless_in_need,
        count(*) filter (where status.is_asked and not school.reaches_key_stage) as schools_without_key_stage,
        count(*) filter (where not school.reaches_key_stage and status.status = 'high_performing') as high_performing_without_key_stage,
        median(need.partners) as partners_median,
        avg(need.partners) as partners_mean,
        median(helped.helper_share) as helper_share_median,
        count(need.partners) as partners_of,
        count(*) filter (where need.partners = 0) as without_partner,
        count(*) filter (where exclusive.has_partner_1) as partnered_1,
        count(*) filter (where exclusive.has_partner_2) as partnered_2,
        count(*) filter (where exclusive.has_partner_3) as partnered_3,
        count(*) filter (where status.status = 'neither' and status.is_not_assessed) as not_assessed
    from school as status
    inner join core.school as school on school.urn = status.urn
    inner join core.school_area as area on area.urn = status.urn
    left join match.need as need on need.definition = status.definition and need.need_urn = status.urn
    left join match.helped as helped on helped.definition = status.definition and helped.need_urn = status.urn
    left join exclusive on exclusive.definition = status.definition and exclusive.need_urn = status.urn
    group by status.definition, status.phase, area.area_type, area.area_code
),

judged as (
    select
        counted.*,
        withheld.in_need_because,
        withheld.high_performing_because,
        withheld.not_asked_because,
        withheld.in_need_because is null and counted.schools > 0 as is_need_told,
        withheld.high_performing_because is null and counted.schools > 0 as is_high_told,
        is_need_told and is_high_told as is_help_told,
        -- none in need, or one at least that can be placed
        is_help_told and (counted.in_need = 0 or counted.partners_of > 0) as is_answered,
        is_help_told and counted.partners_of between 1 and fewest.of_a_median - 1 as is_median_of_few
    from counted
    cross join fewest
    left join withheld on withheld.definition = counted.definition and withheld.phase = counted.phase
)

select
    definition,
    phase,
    area_type,
    area_code,
    area_name,
    schools,
    not_asked,
    case when is_high_told then high_performing end as high_performing,
    case when is_need_told then in_need end as in_need,
    case when is_high_told then percent_of(high_performing, schools) end as high_performing_percent,
    percent_of(high_performing - high_performing_unless_in_need, schools) as high_performing_percent_lower,
    percent_of(high_performing + high_performing_undecided, schools) as high_performing_percent_upper,
    case when is_need_told then percent_of(in_need, schools) end as in_need_percent,
    percent_of(in_need, schools) as in_need_percent_lower,
    percent_of(in_need + in_need_undecided, schools) as in_need_percent_upper,
    case when is_help_told then partners_median end as partners_median,
    case when is_help_told then partners_mean end as partners_mean,
    case when is_help_told then helper_share_median end as helper_share_median,
    case when is_help_told then partners_of end as partners_of,
    is_median_of_few,
    case when is_answered then without_partner end as in_need_without_partner,
    case when is_answered then partnered_1 end as partnered_exclusively_1,
    case when is_answered then partnered_2 end as partnered_exclusively_2,
    case when is_answered then partnered_3 end as partnered_exclusively_3,
    in_need_undecided,
    high_performing_undecided,
    high_performing_unless_in_need,
    schools_without_key_stage,
    case when is_high_told then high_performing_without_key_stage end as high_performing_without_key_stage,
    case
        when is_high_told then percent_of(high_performing - high_performing_without_key_stage, schools - schools_without_key_stage)
    end as high_performing_percent_with_key_stage,
    not_assessed,
    in_need_because as in_need_withheld_because,
    high_performing_because as high_performing_withheld_because,
    not_asked_because
from judged
order by definition, phase, area_type, area_code
