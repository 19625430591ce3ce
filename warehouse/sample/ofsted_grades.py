"""The inspections of Ofsted's management information: latest graded, previous graded, latest ungraded.

What belongs here: these columns and their two ways to say "nothing" (NULL where there was no inspection, empty where
there was no concern). What does not: the rest of the row and the layout (`ofsted_file`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from warehouse.sample.csv_file import dates
from warehouse.sample.governance import TYPES
from warehouse.sample.inspections import NO_HEADLINE_SINCE
from warehouse.sample.judgements import Judgement
from warehouse.sample.model import Days, Flags, Ints, Texts, World, pick, stream

NULL = "NULL"
_OUTCOMES = {
    1: {"School remains Outstanding": 0.86, "School remains Outstanding (Concerns) - S5 Next": 0.14},
    2: {
        "School remains Good": 0.93,
        "School remains Good (Improving) - S5 Next": 0.04,
        "School remains Good (Concerns) - S5 Next": 0.03,
    },
}
_OUTCOMES_SINCE_2024 = {
    "Standards maintained": 0.83,
    "Improved significantly": 0.12,
    "Some aspects not as strong": 0.05,
}


class Listed(NamedTuple):
    """The schools of the file: one element per row."""

    world: World
    rows: Ints  # row in Schools
    before: Ints  # row in Predecessors of the school it was, -1 for none
    became: Flags  # an academy since the file was made: the row is the predecessor's

    def as_it_was(self, was_other: Flags) -> tuple[Texts, Texts, Texts]:
        """Return URN, name and type (in Ofsted's words) of each school, or of its predecessor where `was_other`."""
        schools, predecessors, old = self.world.schools, self.world.predecessors, np.maximum(self.before, 0)
        code = np.where(was_other, predecessors.type_code[old], schools.type_code[self.rows]).tolist()
        return (
            np.where(was_other, predecessors.urn[old], schools.urn[self.rows]).astype(str),
            np.where(was_other, predecessors.name[old], schools.name[self.rows]),
            np.array([TYPES[each].ofsted for each in code]),
        )


def graded_columns(listed: Listed, found: Judgement, which: str, prefix: str) -> dict[str, Any]:
    """Return the columns of the latest or the previous graded inspection; `prefix` stands before its grades."""
    schools, rows = listed.world.schools, listed.rows
    day = found.day[rows]
    is_none = np.isnat(day)
    is_of_other = (listed.before >= 0) & (day < schools.opened[rows])
    urn, name, kind = listed.as_it_was(is_of_other)
    is_own = listed.became | ~is_of_other

    def known(values: Any) -> list[str]:
        return list(np.where(is_none, NULL, values).tolist())

    def grade(heading: str) -> str:
        return f"{prefix}{heading[0].lower()}{heading[1:]}" if prefix else heading

    number = [
        f"ITS9{row:05d}" if text < "2015-09" else f"{'109' if prefix == '' else '108'}{row:05d}"
        for row, text in zip(rows.tolist(), np.datetime_as_string(day).tolist(), strict=True)
    ]
    published = day + np.where(day < np.datetime64("2015-09-01"), 22, 38).astype("m8[D]")
    laestab = "LAESTAB at time of latest graded inspection"
    columns = {
        "Inspection number of latest graded inspection" if not prefix else "Previous inspection number": known(number),
        grade("Inspection start date"): dates(day, "/", NULL),
        grade("Publication date"): dates(published, "/", NULL),
        f"Does the {which} graded inspection relate to the URN of the current school?": known(np.where(is_own, "Yes", "No")),
        f"URN at time of {which} graded inspection": known(urn),
        laestab.replace("latest", which): known(listed.world.laestabs(rows)),
        f"School name at time of {which} graded inspection": known(name),
        f"School type at time of {which} graded inspection": known(kind),
        "Previous graded inspection overall effectiveness" if prefix else "Overall effectiveness": known(found.overall[rows]),
        grade("Category of concern"): known(found.concern[rows]),
        grade("Quality of education"): known(found.education[rows]),
        grade("Behaviour and attitudes"): known(found.behaviour[rows]),
        grade("Personal development"): known(found.development[rows]),
        grade("Effectiveness of leadership and management"): known(found.leadership[rows]),
        grade("Safeguarding is effective?"): known(found.safeguarding[rows]),
        grade("Early years provision (where applicable)"): known(found.early_years[rows]),
        grade("Sixth form provision (where applicable)"): known(found.sixth_form[rows]),
    }
    if not prefix:
        columns["Inspection type"] = columns["Inspection type grouping"] = known("S5 Inspection")
        columns["Event type grouping"] = known("Schools - S5")
        columns["Current school type used for chart C6"] = known(np.where(is_own, kind, "Not inspected in current form"))
    return columns


def ungraded_columns(listed: Listed, ungraded: Days, latest: Judgement, seed: int) -> dict[str, Any]:
    """Return the columns of the latest ungraded inspection since the latest graded one."""
    schools, rows = listed.world.schools, listed.rows
    rng = stream(seed, 14)
    size = len(rows)
    day = ungraded[rows]
    is_of_other = (listed.before >= 0) & (day < schools.opened[rows])
    urn, name, kind = listed.as_it_was(is_of_other)
    is_own = listed.became | ~is_of_other
    outcome = np.where(latest.overall[rows] == "1", pick(rng, _OUTCOMES[1], size), pick(rng, _OUTCOMES[2], size))
    outcome = np.where(day >= NO_HEADLINE_SINCE, pick(rng, _OUTCOMES_SINCE_2024, size), outcome)

    def known(values: Any) -> list[str]:
        return list(np.where(np.isnat(day), NULL, values).tolist())

    return {
        "Latest ungraded inspection number since last graded inspection": known([f"107{row:05d}" for row in rows.tolist()]),
        "Does the ungraded inspection relate to the URN of the current school?": known(np.where(is_own, "Yes", "No")),
        "URN at time of the ungraded inspection": known(urn),
        "LAESTAB at time of the ungraded inspection": known(listed.world.laestabs(rows)),
        "School name at time of the latest ungraded inspection": known(name),
        "School type at time of the latest ungraded inspection": known(kind),
        "Number of ungraded inspections since the last graded inspection": known(pick(rng, {"1": 0.48, "2": 0.52}, size)),
        "Date of latest ungraded inspection": dates(day, "/", NULL),
        "Ungraded inspection publication date": dates(day + np.timedelta64(36, "D"), "/", NULL),
        "Did the latest ungraded inspection convert to a graded inspection?": known("No"),
        "Ungraded inspection overall outcome": known(outcome),
    }
