-- One row per point of the grid, phase and question: what is withheld of the definition as it is, is withheld at each of its points ($withholds), or
-- nothing is. The point takes the place of the definition. Asked in a trial (warehouse/study/sensitivity.py).
with choice as (
    select $withholds as withholds
)

select
    point.place as definition,
    asked.phase,
    asked.question,
    asked.not_asked_because,
    case when choice.withholds then asked.withheld_because end as withheld_because
from asked
cross join point
cross join choice
