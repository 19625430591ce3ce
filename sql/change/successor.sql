-- One row per school that goes on under another URN: Ofsted's judgement was made under the earlier one (which counts first), or it keeps its
-- LAESTAB.
with come as (
    from mart.school as now
    anti join previous.school as before on before.urn = now.urn
),

gone as (
    from previous.school as before
    anti join mart.school as now on now.urn = before.urn
)

select
    come.urn,
    gone.urn as earlier_urn
from come
inner join gone on gone.urn = come.ofsted_inspected_urn or gone.laestab = come.laestab
qualify
    row_number() over (partition by come.urn order by gone.urn is not distinct from come.ofsted_inspected_urn desc, gone.urn) = 1
    and row_number() over (partition by gone.urn order by gone.urn is not distinct from come.ofsted_inspected_urn desc, come.urn) = 1
