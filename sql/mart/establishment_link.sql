-- One row per establishment, one it is linked with, and kind of link, as GIAS tells: how a school goes on under another URN. The two schools of a
-- succession tell it each from its side, mostly.
select
    urn,
    link_urn,
    link_type,
    link_date
from raw.gias_link
order by urn, link_urn, link_type
