-- One row per school newly or no longer in need or high-performing, and definition, against the folder published before, with the deciding cause.
-- name_not_in_need and urn_not_in_need leave out which school it is where it is, or was, in need: for the edition in which these are not named.
select
    change.change,
    change.definition,
    change.phase,
    change.region_code,
    change.la_ons_code,
    change.name,
    change.urn,
    case when 'in_need' in (coalesce(change.before, ''), coalesce(change.now, '')) then 'not named' else change.name end as name_not_in_need,
    case when 'in_need' not in (coalesce(change.before, ''), coalesce(change.now, '')) then change.urn end as urn_not_in_need,
    change.la_name,
    coalesce(change.before, 'none: not in the refresh before') as status_before,
    coalesce(change.now, 'none: not in this refresh') as status_now,
    change.cause_sentence
from mart.change as change
where change.change in ('newly_in_need', 'no_longer_in_need', 'newly_high_performing', 'no_longer_high_performing')
