-- One row per definition, school in need and partner of it (mart.match), in an order that can be explained. Three things speak for a partner:
-- nearness, likeness and strength of evidence (match.strength); each stands here, and none is made of the others. better_in_all counts the
-- partners that are at least as good in all three and better in one: 0 is on the front, where nothing speaks for another without anything
-- speaking against it. shortlist_rank 1 is the first: partners of the school's own kind before those that differ in kind (a selective school for
-- one that is not, a single-sex school for one that is mixed or for the other sex), in one before both, the front of each before the rest, then
-- by mean_place, the mean of its places by each part, weighted by reference.shortlist_weight; equals by distance, then URN. What is not known
-- goes last, so it never beats what is; a difference in kind that is not known is none. No partner was asked: this is neither willingness nor
-- capacity.
with weight as (
    select
        sum(weight) filter (where part = 'distance') as distance,
        sum(weight) filter (where part = 'likeness') as likeness,
        sum(weight) filter (where part = 'strength') as strength
    from reference.shortlist_weight
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
        similarity.similarity,
        strength.strength,
        of_partner.is_selective and not of_need.is_selective as is_selective_unlike,
        of_partner.gender <> 'mixed' and of_need.gender <> of_partner.gender as is_single_sex_unlike,
        coalesce(cast(is_selective_unlike as integer), 0) + coalesce(cast(is_single_sex_unlike as integer), 0) as differences_in_kind
    from match.pair as pair
    inner join match.similarity as similarity on similarity.need_urn = pair.need_urn and similarity.partner_urn = pair.partner_urn
    inner join match.strength as strength on strength.definition = pair.definition and strength.urn = pair.partner_urn
    inner join described as of_need on of_need.urn = pair.need_urn
    inner join described as of_partner on of_partner.urn = pair.partner_urn
),

placed as (
    select
        *,
        rank() over (partition by definition, need_urn order by distance_m) as distance_place,
        rank() over (partition by definition, need_urn order by similarity desc nulls last) as likeness_place,
        rank() over (partition by definition, need_urn order by strength desc nulls last) as strength_place
    from pairs
),

compared as (
    select
        partner.definition,
        partner.need_urn,
        partner.partner_urn,
        count(better.partner_urn) as better_in_all
    from placed as partner
    left join placed as better
        on
            better.definition = partner.definition
            and better.need_urn = partner.need_urn
            and better.differences_in_kind = partner.differences_in_kind
            and better.distance_place <= partner.distance_place
            and better.likeness_place <= partner.likeness_place
            and better.strength_place <= partner.strength_place
            and (
                better.distance_place < partner.distance_place
                or better.likeness_place < partner.likeness_place
                or better.strength_place < partner.strength_place
            )
    group by partner.definition, partner.need_urn, partner.partner_urn
),

weighed as (
    select
        placed.definition,
        placed.phase,
        placed.need_urn,
        placed.partner_urn,
        placed.distance_m,
        placed.similarity,
        placed.strength,
        placed.is_selective_unlike,
        placed.is_single_sex_unlike,
        placed.differences_in_kind,
        compared.better_in_all,
        (
            weight.distance * placed.distance_place + weight.likeness * placed.likeness_place + weight.strength * placed.strength_place
        ) / nullif(weight.distance + weight.likeness + weight.strength, 0) as mean_place
    from placed
    inner join compared
        on
            compared.definition = placed.definition
            and compared.need_urn = placed.need_urn
            and compared.partner_urn = placed.partner_urn
    cross join weight
)

select
    weighed.definition,
    weighed.phase,
    weighed.need_urn,
    weighed.partner_urn,
    cast(row_number() over (
        partition by weighed.definition, weighed.need_urn
        order by weighed.differences_in_kind, weighed.better_in_all > 0, weighed.mean_place, weighed.distance_m, weighed.partner_urn
    ) as integer) as shortlist_rank,
    weighed.distance_m / metres(1) as distance_miles,
    weighed.similarity,
    cast(weighed.strength as integer) as strength,
    weighed.better_in_all,
    weighed.mean_place,
    weighed.is_selective_unlike,
    weighed.is_single_sex_unlike,
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
