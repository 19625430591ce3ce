-- on: core.school
-- what: Invented and real schools stand in one warehouse.
-- why: Synthetic is never unlabelled; a mixture cannot be labelled.
-- do: Refresh from a folder that holds either the sample or real files. URNs from 900000 are the sample's.
with labels as (
    select bool_or(file.is_synthetic) as is_synthetic
    from landing.gias_file as file
)

select
    school.urn,
    labels.is_synthetic
from core.school as school
cross join labels
where (school.urn >= 900000) <> labels.is_synthetic
