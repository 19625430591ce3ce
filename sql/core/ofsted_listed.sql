-- One row per school that the newest release of Ofsted's latest inspections lists: those of today. What an older release lists may have closed since.
select
    listed.urn,
    any_value(listed.name) as name
from raw.ofsted_inspection as listed
where listed.as_at is not distinct from (select max(every.as_at) from raw.ofsted_inspection as every)
group by listed.urn
