-- on: core.school
-- what: A value is outside what it can be: a percentage under 0 or over 100, a negative count, an age over 25.
-- why: A shifted column looks like data.
-- do: Look at the row in the publisher's file; if the file is right, widen the range here, with date and reason.
select
    urn,
    fsm_percent,
    ks2_rwm_expected_percent,
    pupils,
    low_age,
    high_age,
    ks4_attainment8,
    ks4_progress8
from core.school
where
    fsm_percent not between 0 and 100
    or ks2_rwm_expected_percent not between 0 and 100
    or pupils < 0
    or low_age not between 0 and 25
    or high_age not between 0 and 25
    or ks4_attainment8 not between 0 and 90
    or ks4_progress8 not between -5 and 5
