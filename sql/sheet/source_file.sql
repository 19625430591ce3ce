-- One row per publisher's file that was read: what tells how fresh a source is.
select
    kind,
    name,
    published,
    covers,
    landed,
    is_synthetic
from mart.source_file
