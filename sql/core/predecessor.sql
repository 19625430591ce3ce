-- One row per school and earlier establishment whose judgements belong to it (steps: how many changes ago). Its results do as well; those follow
-- the LAESTAB besides (core.result_owner).
-- Only a plain "Predecessor" link counts (or a plain "Successor" seen from the other side), and only where it is the single one:
-- a school made from several has no one's judgement, and links of the kinds merged, amalgamated and split count for nothing (two schools with a
-- plain link to one predecessor, however they came from it, both have what was its). Ofsted does the same:
-- of the 3,152 schools whose latest judgement it took from an earlier URN in August 2025, 3,151 have exactly one plain predecessor.
with recursive plain_link as (
    select
        urn,
        link_urn as predecessor_urn
    from raw.gias_link
    where link_type = 'Predecessor'
    union
    select
        link_urn as urn,
        urn as predecessor_urn
    from raw.gias_link
    where link_type = 'Successor'
),

single_link as (
    select
        urn,
        min(predecessor_urn) as predecessor_urn
    from plain_link
    group by urn
    having count(*) = 1
),

chain as (
    select
        establishment.urn,
        single_link.predecessor_urn,
        1 as steps
    from core.establishment as establishment
    inner join single_link on single_link.urn = establishment.urn
    where establishment.left_out_because is null
    union all
    select
        chain.urn,
        single_link.predecessor_urn,
        chain.steps + 1 as steps
    from chain
    inner join single_link on single_link.urn = chain.predecessor_urn
    -- links can run in a circle; no school has changed its URN ten times
    where chain.steps < 10 and single_link.predecessor_urn <> chain.urn
)

select
    urn,
    predecessor_urn,
    min(steps) as steps
from chain
where predecessor_urn <> urn
group by urn, predecessor_urn
