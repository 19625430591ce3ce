-- on: mart.area_summary
-- what: A definition finds no high-performing school in the whole country in the primary or the secondary phase.
-- why: No such year has been; a grade column has most likely been read wrongly.
-- do: Look at ofsted_grade in core.school, and at the newest Ofsted file's headings.
select
    definition,
    phase,
    schools
from mart.area_summary
where area_type = 'country' and phase in ('primary', 'secondary') and high_performing = 0
