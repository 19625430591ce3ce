-- One row per school in need and high-performing school in range of it by any definition: how alike they are, from 0 to 1, part by part and in
-- all (Gower 1971): the mean of the parts that are known of both, weighted by reference.similarity_weight. A part that is not known of both
-- is left out, not guessed: null; so is the whole where no part is known. Size and free meals are compared by rank within the phase, as
-- Podani (1999, Taxon 48) extends Gower: by value the range would be that of the largest school, next to which most look alike, and
-- the part would hardly count. So 0.9 of either says that one school of the phase in ten lies between the two.
with weight as (
    select
        sum(weight) filter (where part = 'size') as size,
        sum(weight) filter (where part = 'fsm') as fsm,
        sum(weight) filter (where part = 'age') as age,
        sum(weight) filter (where part = 'gender') as gender,
        sum(weight) filter (where part = 'faith') as faith,
        sum(weight) filter (where part = 'selection') as selection,
        sum(weight) filter (where part = 'setting') as setting
    from reference.similarity_weight
),

described as (
    select
        school.urn,
        school.low_age,
        school.high_age,
        gender.counts_as as gender,
        faith.faith,
        -- the share of the other schools of the phase that have fewer pupils: 0 for the smallest; free meals alike
        case
            when school.pupils is not null
                then percent_rank() over (partition by school.phase, school.pupils is null order by school.pupils)
        end as size_rank,
        case
            when school.fsm_percent is not null
                then percent_rank() over (partition by school.phase, school.fsm_percent is null order by school.fsm_percent)
        end as fsm_rank,
        admissions.counts_as = 'selective' as is_selective,
        case school.setting when 'urban' then 1 when 'semi_rural' then 2 when 'rural' then 3 end as setting_rank
    from core.school as school
    left join reference.faith as faith on faith.religious_character = school.religious_character
    left join reference.gias_word as gender on gender.code_list = 'gender' and gender.word = school.gender
    left join reference.gias_word as admissions on admissions.code_list = 'admissions' and admissions.word = school.admissions
),

pairs as (
    select distinct
        need_urn,
        partner_urn
    from match.pair
),

parts as (
    select
        pairs.need_urn,
        pairs.partner_urn,
        1 - abs(need.size_rank - partner.size_rank) as size_similarity,
        1 - abs(need.fsm_rank - partner.fsm_rank) as fsm_similarity,
        -- an unknown age must be asked for: least and greatest pass over it
        case
            when need.low_age is not null and need.high_age is not null and partner.low_age is not null and partner.high_age is not null
                then
                    greatest(least(need.high_age, partner.high_age) - greatest(need.low_age, partner.low_age), 0)
                    / nullif(greatest(need.high_age, partner.high_age) - least(need.low_age, partner.low_age), 0)
        end as age_similarity,
        cast(need.gender = partner.gender as double) as gender_similarity,
        cast(need.faith = partner.faith as double) as faith_similarity,
        cast(need.is_selective = partner.is_selective as double) as selection_similarity,
        1 - abs(need.setting_rank - partner.setting_rank) / 2 as setting_similarity
    from pairs
    inner join described as need on need.urn = pairs.need_urn
    inner join described as partner on partner.urn = pairs.partner_urn
)

select
    parts.need_urn,
    parts.partner_urn,
    parts.size_similarity,
    parts.fsm_similarity,
    parts.age_similarity,
    parts.gender_similarity,
    parts.faith_similarity,
    parts.selection_similarity,
    parts.setting_similarity,
    (
        coalesce(weight.size * parts.size_similarity, 0)
        + coalesce(weight.fsm * parts.fsm_similarity, 0)
        + coalesce(weight.age * parts.age_similarity, 0)
        + coalesce(weight.gender * parts.gender_similarity, 0)
        + coalesce(weight.faith * parts.faith_similarity, 0)
        + coalesce(weight.selection * parts.selection_similarity, 0)
        + coalesce(weight.setting * parts.setting_similarity, 0)
    ) / nullif(
        case when parts.size_similarity is null then 0 else coalesce(weight.size, 0) end
        + case when parts.fsm_similarity is null then 0 else coalesce(weight.fsm, 0) end
        + case when parts.age_similarity is null then 0 else coalesce(weight.age, 0) end
        + case when parts.gender_similarity is null then 0 else coalesce(weight.gender, 0) end
        + case when parts.faith_similarity is null then 0 else coalesce(weight.faith, 0) end
        + case when parts.selection_similarity is null then 0 else coalesce(weight.selection, 0) end
        + case when parts.setting_similarity is null then 0 else coalesce(weight.setting, 0) end,
        0
    ) as similarity
from parts
cross join weight
