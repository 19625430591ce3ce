-- One row per school: who runs it, for support is given by organisations. organisation_kind: multi_academy_trust and single_academy_trust; of a
-- maintained school its local_authority (ONS code); school: neither runs it (non-maintained special schools, city technology colleges), it
-- stands for itself (URN); not_known: an academy of whose trust GIAS does not tell the name or the kind. Some trust runs it, so its kind is not
-- "school"; it stands under its own URN rather than with others of whom as little is known. A trust without a number goes by its name.
with school as (
    select
        urn,
        name,
        type,
        is_academy,
        is_in_mat,
        trust_name,
        case when is_academy then coalesce(trust_id, upper(trust_name)) end as trust_key,
        la_ons_code,
        la_name
    from core.school
),

trust as (
    -- one name and one kind, whatever its schools are listed as: multi-academy where it is known to be of one of them, and single-academy where of
    -- none; where of none it is known, no kind is guessed
    select
        trust_key,
        min(trust_name) as trust_name,
        bool_or(is_in_mat) as is_multi_academy
    from school
    where trust_key is not null
    group by trust_key
),

run_by as (
    select
        school.urn,
        school.name,
        school.la_ons_code,
        school.la_name,
        trust.trust_key,
        trust.trust_name,
        case
            when trust.is_multi_academy then 'multi_academy_trust'
            when not trust.is_multi_academy then 'single_academy_trust'
            when school.is_academy then 'not_known'
            when school.type in ('Non-maintained special school', 'City technology college') then 'school'
            else 'local_authority'
        end as organisation_kind
    from school
    left join trust on trust.trust_key = school.trust_key
)

select
    urn,
    organisation_kind,
    case
        when organisation_kind = 'local_authority' then la_ons_code
        when organisation_kind in ('school', 'not_known') then cast(urn as varchar)
        else trust_key
    end as organisation_id,
    case
        when organisation_kind = 'local_authority' then la_name
        when organisation_kind = 'school' then name
        else trust_name
    end as organisation_name
from run_by
