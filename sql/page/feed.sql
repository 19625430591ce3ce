-- One row per school newly or no longer in need, or in need with partners gained or lost, and definition: of mart.change as a published folder
-- keeps it, in the order that a feed tells it. $file is that folder's Parquet file.
select
    definition,
    change,
    urn,
    name,
    la_name,
    la_ons_code,
    region_code,
    len(partner_urns) as partners,
    cause_sentence
from read_parquet($file)
where change in ('newly_in_need', 'no_longer_in_need', 'partners_gained', 'partners_lost')
order by definition, change, name, urn
