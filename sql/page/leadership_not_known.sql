-- One row: how many schools of 2017 are high-performing by the study's definition, where leadership that is not known does not count, and where it
-- counts with high results.
select
    sum(high_performing) filter (where value = 0) as high_performing,
    sum(high_performing) filter (where value = 1) as if_all_count
from mart.sensitivity
where definition = 'nfer-2017' and parameter = 'leadership_not_known_counts'
