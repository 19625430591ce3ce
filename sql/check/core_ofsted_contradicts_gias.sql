-- on: core.school
-- what: The newest Ofsted release and GIAS give many of the same URNs another LAESTAB (over 10 %: authorities are made anew),
-- postcode (3 %) or multi-academy trust (5 %), or one says primary where the other says secondary (1 %).
-- why: In one of the two the numbers of schools, or what stands beside them, have moved by a row or were sorted apart: every school then has what
-- is another's.
-- do: Compare a few rows of both files with the publishers'; fetch them again. If they are right, allow it once:
-- schoolmatch refresh --accept-changes.
with told as (
    select
        establishment.urn,
        establishment.laestab <> listed.laestab as is_other_number,
        postcode_key(establishment.postcode) <> postcode_key(listed.postcode) as is_other_postcode,
        case
            when phase.phase in ('primary', 'secondary') and establishment.phase in ('primary', 'secondary') then phase.phase <> establishment.phase
        end as is_other_phase,
        establishment.trust_id <> listed.trust_id as is_other_trust
    from raw.ofsted_inspection as listed
    inner join core.establishment as establishment on establishment.urn = listed.urn
    left join reference.phase as phase on phase.phase_key = name_key(listed.ofsted_phase)
    where listed.as_at = (select max(every.as_at) from raw.ofsted_inspection as every)
),

asked as (
    select
        urn,
        unnest(['LAESTAB', 'postcode', 'phase', 'trust']) as differs,
        unnest([is_other_number, is_other_postcode, is_other_phase, is_other_trust]) as is_so,
        unnest([0.1, 0.03, 0.01, 0.05]) as share
    from told
)

select
    differs,
    count(is_so) as schools,
    count(*) filter (where is_so) as of_them,
    min(urn) filter (where is_so) as first_urn
from asked
where not (select run.accepts_changes from landing.run as run)
group by differs, share
-- of 21,990 schools in the files of August and September 2025: no LAESTAB, 114 postcodes (0.5 %), no phase, no trust of
-- 10,679; of 2017 3 postcodes
having count(*) filter (where is_so) > greatest(share * count(is_so), 20)
