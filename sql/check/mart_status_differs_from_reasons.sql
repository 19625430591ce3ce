-- on: mart.school_status
-- what: A status is not the one that its own reasons give: in need without a reason to be, say, neither with one that nothing excludes, or not asked
-- without one for that.
-- why: The reasons are what a school is told; they must be why it is what it is called.
-- do: Look at sql/match/school_status.sql, and at the kinds of the reasons in the definition's parameter file.
with kinds as (
    select
        definition,
        list(code) filter (where kind = 'in_need') as need_codes,
        list(code) filter (where kind = 'high_performing') as high_codes
    from mart.reason
    group by definition
),

reasoned as (
    select
        status.definition,
        status.urn,
        status.status,
        status.excluded_because is not null as is_excluded,
        status.not_asked_because is not null as is_not_asked,
        coalesce(list_has_any(status.reasons, kinds.need_codes), false) as has_need,
        coalesce(list_has_any(status.reasons, kinds.high_codes), false) as has_high
    from mart.school_status as status
    left join kinds on kinds.definition = status.definition
)

select
    definition,
    urn,
    status
from reasoned
where
    case
        when is_not_asked or status = 'not_asked' then not is_not_asked or status <> 'not_asked' or has_need or has_high
        when not is_excluded and has_need then status <> 'in_need'
        when not is_excluded and has_high then status <> 'high_performing'
        when not is_excluded then status <> 'neither'
        -- excluded from which of the two is not told apart by its code: with reasons for both, it may be any
        when has_need and has_high then false
        -- excluded for its only kind of reason; without any there is nothing to exclude it from
        else status <> 'neither' or not (has_need or has_high)
    end
