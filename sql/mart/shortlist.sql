-- One row per definition, school in need and partner of it (mart.match), in an order that can be explained. Three things speak for a partner:
-- nearness, likeness and strength of evidence (match.strength); each stands here, and none is made of the others. better_in_all counts the
-- partners that are at least as good in all three and better in one: 0 is on the front, where nothing speaks for another without anything
-- speaking against it. shortlist_rank 1 is the first: partners of the school's own kind before those that differ in kind (a selective school for
-- one that is not, a single-sex school for one that is mixed or for the other sex), in one before both, the front of each before the rest, then
-- by weighted_mean, the mean of the three, each from 0 to 1, weighted by reference.shortlist_weight; equals by distance, then URN. What is not
-- known counts as the least there is, so it never beats what is; a difference in kind that is not known is none. No partner was asked: this is
-- neither willingness nor capacity.
with weight as (
    select
        coalesce(sum(weight) filter (where part = 'distance'), 0) as distance,
        coalesce(sum(weight) filter (where part = 'likeness'), 0) as likeness,
        coalesce(sum(weight) filter (where part = 'strength'), 0) as strength
    from reference.shortlist_weight
),

strength as (
    select
        place,
        strength,
        strength / max(strength) over () as share,
        replace(words, '{years}', cast(max(below_years) over () as varchar)) as words
    from reference.strength
),

described as (
    select
        school.urn,
        gender.counts_as as gender,
        admissions.counts_as = 'selective' as is_selective
    from core.school as school
    left join reference.gias_word as gender on gender.code_list = 'gender' and gender.word = school.gender
    left join reference.gias_word as admissions on admissions.code_list = 'admissions' and admissions.word = school.admissions
),

pairs as (
    select
        pair.definition,
        pair.phase,
        pair.need_urn,
        pair.partner_urn,
        pair.distance_m,
        1 - pair.distance_m / pair.radius_m as nearness,
        similarity.similarity,
        strength.strength,
        strength.words as strength_words,
        coalesce(similarity.similarity, 0) as likeness_share,
        coalesce(strength.share, 0) as strength_share,
        of_partner.is_selective and not of_need.is_selective as is_selective_unlike,
        of_partner.gender <> 'mixed' and of_need.gender <> of_partner.gender as is_single_sex_unlike,
        coalesce(cast(is_selective_unlike as integer), 0) + coalesce(cast(is_single_sex_unlike as integer), 0) as differences_in_kind,
        nullif(
            concat_ws(
                ', ',
                case when is_selective_unlike then 'grammar school' end,
                case when is_single_sex_unlike then 'for ' || of_partner.gender end
            ),
            ''
        ) as told_apart
    from match.pair as pair
    inner join match.similarity as similarity on similarity.need_urn = pair.need_urn and similarity.partner_urn = pair.partner_urn
    inner join match.strength as of_evidence on of_evidence.definition = pair.definition and of_evidence.urn = pair.partner_urn
    left join strength on strength.place = of_evidence.place
    inner join described as of_need on of_need.urn = pair.need_urn
    inner join described as of_partner on of_partner.urn = pair.partner_urn
),

compared as (
    select
        partner.definition,
        partner.need_urn,
        partner.partner_urn,
        count(better.partner_urn) as better_in_all
    from pairs as partner
    left join pairs as better
        on
            better.definition = partner.definition
            and better.need_urn = partner.need_urn
            and better.differences_in_kind = partner.differences_in_kind
            and better.nearness >= partner.nearness
            and better.likeness_share >= partner.likeness_share
            and better.strength_share >= partner.strength_share
            and (
                better.nearness > partner.nearness
                or better.likeness_share > partner.likeness_share
                or better.strength_share > partner.strength_share
            )
    group by partner.definition, partner.need_urn, partner.partner_urn
),

weighed as (
    select
        pairs.*,
        compared.better_in_all,
        (
            weight.distance * pairs.nearness + weight.likeness * pairs.likeness_share + weight.strength * pairs.strength_share
        ) / nullif(weight.distance + weight.likeness + weight.strength, 0) as weighted_mean
    from pairs
    inner join compared
        on
            compared.definition = pairs.definition
            and compared.need_urn = pairs.need_urn
            and compared.partner_urn = pairs.partner_urn
    cross join weight
)

select
    weighed.definition,
    weighed.phase,
    weighed.need_urn,
    weighed.partner_urn,
    cast(row_number() over (
        partition by weighed.definition, weighed.need_urn
        order by
            weighed.differences_in_kind, weighed.better_in_all > 0, weighed.weighted_mean desc, weighed.distance_m, weighed.partner_urn
    ) as integer) as shortlist_rank,
    weighed.distance_m / metres(1) as distance_miles,
    weighed.nearness,
    weighed.similarity,
    weighed.strength,
    weighed.strength_words,
    weighed.better_in_all,
    weighed.weighted_mean,
    weighed.is_selective_unlike,
    weighed.is_single_sex_unlike,
    weighed.told_apart,
    of_partner.organisation_id,
    of_partner.organisation_name,
    organisation.in_need as organisation_in_need,
    supporter.schools_in_need
from weighed
inner join core.school_organisation as of_partner on of_partner.urn = weighed.partner_urn
inner join mart.organisation as organisation
    on
        organisation.definition = weighed.definition
        and organisation.phase = weighed.phase
        and organisation.organisation_id = of_partner.organisation_id
inner join mart.supporter as supporter on supporter.definition = weighed.definition and supporter.partner_urn = weighed.partner_urn
order by weighed.definition, weighed.need_urn, shortlist_rank
