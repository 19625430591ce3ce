-- One row per establishment that is listed by GIAS or by the newest Ofsted release and is not in mart.school, with the reason.
-- not_in_gias: the newest Ofsted release lists it, this GIAS extract does not. The other reasons are those of core.establishment.
select
    coalesce(establishment.urn, ofsted.urn) as urn,
    coalesce(establishment.name, ofsted.name) as name,
    establishment.type,
    establishment.laestab,
    establishment.urn is not null as is_in_gias,
    ofsted.urn is not null as is_in_ofsted,
    reason.code as left_out_because,
    reason.sentence
from core.establishment as establishment
full join core.ofsted_listed as ofsted on ofsted.urn = establishment.urn
inner join reference.left_out_reason as reason on reason.code = coalesce(establishment.left_out_because, 'not_in_gias')
where establishment.urn is null or establishment.left_out_because is not null
order by 1
