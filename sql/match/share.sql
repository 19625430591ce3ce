-- One row per pair: which share of the partner's help falls to the school in need, if every high-performing school has one unit of help to give,
-- and gives it to all schools in need that it reaches, to the nearer the more (reference.help_decay says how much). The shares of a partner add up
-- to 1: no help is made, and none is lost, however many reach for it (the two-step floating catchment, supply alone balanced, as each school in
-- need asks for the same: Paez, Higgins and Vivona 2019, doi 10.1371/journal.pone.0218773). Each is rounded to twelve places, since the last ones
-- of a sum hang on the order in which it is added up.
with far as (
    select
        definition,
        phase,
        need_urn,
        partner_urn,
        distance_m / radius_m as radii
    from match.pair
),

weighed as (
    select
        far.definition,
        far.phase,
        far.need_urn,
        far.partner_urn,
        case
            when decay.bandwidth is null then decay.weight
            else exp(-0.5 * (far.radii / decay.bandwidth) * (far.radii / decay.bandwidth))
        end as weight
    from far
    inner join reference.help_decay as decay on decay.is_used and far.radii > decay.beyond and far.radii <= decay.up_to
)

select
    definition,
    phase,
    need_urn,
    partner_urn,
    round(weight / sum(weight) over (partition by definition, partner_urn), 12) as helper_share
from weighed
