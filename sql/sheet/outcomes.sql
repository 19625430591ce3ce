-- One row per definition, phase and group of schools of the earlier time that is held: how many go on, how they are judged, and by how many places
-- their results changed beside schools not in need that began alike (mart.outcome_gain; a change alone is not shown, as it would be ranked).
select
    grouped.definition,
    grouped.phase,
    grouped.place,
    grouped.words,
    grouped.followed_from,
    grouped.schools,
    grouped.followed_percent,
    grouped.judged,
    grouped.good_then_percent,
    grouped.good_now_percent,
    grouped.good_now_percent_lower,
    grouped.good_now_percent_upper,
    band.places as band_places,
    band.places_lower as band_places_lower,
    band.places_upper as band_places_upper,
    near_band.places as near_band_places,
    near_band.places_lower as near_band_places_lower,
    near_band.places_upper as near_band_places_upper
from mart.outcome_group as grouped
left join mart.outcome_gain as band
    on
        band.definition = grouped.definition and band.phase = grouped.phase and band.grouping = grouped.grouping
        and band.help_group = grouped.help_group and band.measure = 'less_band'
left join mart.outcome_gain as near_band
    on
        near_band.definition = grouped.definition and near_band.phase = grouped.phase and near_band.grouping = grouped.grouping
        and near_band.help_group = grouped.help_group and near_band.measure = 'less_near_band'
