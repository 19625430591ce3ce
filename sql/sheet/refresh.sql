-- One row: the refresh, and as at when its sources are.
select
    is_synthetic,
    gias_as_at,
    ofsted_as_at,
    ks2_year,
    ks4_year,
    code_version,
    started_at,
    compared_with
from mart.refresh
