-- One row per school of the earlier vintage that is not open under its URN in the later one, and school that goes on after it: the end of a chain
-- of GIAS's links, told from either side. A link of the kind "merged", "amalgamated" or (with no direction) "Result of Amalgamation" makes it a
-- merger, one of the kind "split" a split, however the other links of the chain are called.
with recursive link as (
    select
        urn as from_urn,
        link_urn as to_urn,
        link_type
    from raw.gias_link
    where starts_with(link_type, 'Successor') or link_type in ('Result of Amalgamation', 'Merged - change in age range')
    union
    select
        link_urn as from_urn,
        urn as to_urn,
        link_type
    from raw.gias_link
    where starts_with(link_type, 'Predecessor') or link_type in ('Result of Amalgamation', 'Merged - change in age range')
),

step as (
    select
        from_urn,
        to_urn,
        bool_or(contains(lower(link_type), 'merged') or contains(lower(link_type), 'amalgam')) as is_merger,
        bool_or(contains(lower(link_type), 'split')) as is_split
    from link
    group by from_urn, to_urn
),

chain as (
    select
        step.from_urn,
        step.to_urn,
        step.is_merger,
        step.is_split,
        1 as steps
    from step
    inner join earlier.school as school on school.urn = step.from_urn
    anti join core.school as still on still.urn = step.from_urn
    union all
    select
        chain.from_urn,
        step.to_urn,
        chain.is_merger or step.is_merger as is_merger,
        chain.is_split or step.is_split as is_split,
        chain.steps + 1 as steps
    from chain
    inner join step on step.from_urn = chain.to_urn
    anti join core.school as reached on reached.urn = chain.to_urn
    -- links can run in a circle; no school has changed its URN ten times
    where chain.steps < 10 and step.to_urn <> chain.from_urn
)

select
    chain.from_urn,
    chain.to_urn,
    bool_or(chain.is_merger) as is_merger,
    bool_or(chain.is_split) as is_split
from chain
inner join core.school as school on school.urn = chain.to_urn
group by chain.from_urn, chain.to_urn
