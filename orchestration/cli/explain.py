"""Why a school has the status it has: the facts, each rule, its thresholds and the outcome, in words for a head teacher.

Everything comes from the published DuckDB file; a definition that a user has added is explained without a line of code.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb

from exports.words import day_in_words, in_words, order_of
from transforms.errors import InputError
from transforms.text import counted
from warehouse.licence import LIMITS
from warehouse.query import with_values
from warehouse.store import rows_as_dicts

YES, NO, NOT_ASSESSED, SET_ASIDE = "yes", "no", "could not be assessed", "yes, but set aside"
MAY_BE_SET_ASIDE = "yes, but whether it counts could not be decided"
NOT_KNOWN = "not known"
IN_NEED, HIGH_PERFORMING = "in_need", "high_performing"
PLACE_NOT_KNOWN = "not known, as its place or setting is not"
NOT_TOLD = "cannot be told, as it is not known of too many schools whether they are high-performing"
OLD_YEARS = 10
"""From which age, in whole years, the age of a judgement is said of a status that rests on it. Our choice: it decides nothing."""
_OF_JUDGEMENT = {"inspection_date", "overall_effectiveness", "quality_of_education", "leadership_and_management"}
"""Facts by which a rule about results reads a judgement as well."""


@dataclass(frozen=True)
class Rule:
    """A rule of a definition and what it found; ``facts`` and ``thresholds`` in words; ``why`` it was set aside or not assessed."""

    code: str
    kind: str
    sentence: str
    outcome: str
    why: str | None
    facts: dict[str, str]
    thresholds: dict[str, str]


@dataclass(frozen=True)
class Finding:
    """What a definition finds of a school.

    ``excluded_because``: why a reason was set aside; ``not_assessed``: what could not be told; ``weakened_by``: what weakens the
    judgement that the status rests on, and changes nothing; each in a sentence.
    ``undecided``: the statuses of which it could not be decided whether it has them.
    For a school in need: ``partners``, the high-performing schools within the radius (None: ``partners_missing`` says why);
    ``organisations``, the trusts and authorities that run them, in words and by rank; ``partnered_exclusively``, by capacity, its
    partner where no high-performing school takes more schools than that, or why it has none.
    """

    definition: str
    title: str
    sentence: str
    status: str
    excluded_because: str | None
    not_asked_because: str | None
    not_assessed: list[str]
    weakened_by: list[str]
    undecided: list[str]
    partners: int | None
    partners_missing: str | None
    nearest: str | None
    organisations: list[str]
    partnered_exclusively: dict[int, str]
    rules: list[Rule]


@dataclass(frozen=True)
class Explanation:
    """A school, and the findings of every definition whose universe it belongs to. ``label``: the data are invented."""

    urn: int
    name: str
    school: dict[str, str]
    data: str
    label: str | None
    findings: list[Finding]

    def as_json(self) -> str:
        """Write the whole for programs."""
        return json.dumps(asdict(self) | {"limits": LIMITS}, ensure_ascii=False, indent=2)


def explain(connection: duckdb.DuckDBPyConnection, urn: int) -> Explanation:
    """Explain a school of the published file. Raises InputError for a URN that is not there, with the reason where one is known."""
    found = _rows(connection, "from mart.school where urn = $urn", urn=urn)
    if not found:
        raise _not_there(connection, urn)
    school, about = found[0], rows_as_dicts(connection, "from mart.refresh")[0]
    statuses = _rows(
        connection,
        """select status.*, about.title, about.sentence
        from mart.school_status as status
        inner join (select distinct definition, title, sentence from mart.definition) as about
            on about.definition = status.definition
        where status.urn = $urn""",
        urn=urn,
    )
    statuses.sort(key=lambda status: order_of(status["definition"]))
    return Explanation(
        urn=urn,
        name=school["name"],
        school=_who(school),
        data=f"GIAS as at {day_in_words(about['gias_as_at'])}, Ofsted as at {day_in_words(about['ofsted_as_at'])}",
        label=about["label"],
        findings=[_finding(connection, status, school) for status in statuses],
    )


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, **values: object) -> list[dict[str, Any]]:
    return rows_as_dicts(connection, with_values(sql, values))


def _not_there(connection: duckdb.DuckDBPyConnection, urn: int) -> InputError:
    left_out = _rows(connection, "from mart.school_left_out where urn = $urn", urn=urn)
    if not left_out:
        do = "check the number; schoolmatch knows open state-funded schools in England at the date of the GIAS extract"
        return InputError(f"There is no school with the URN {urn}", do=do)
    other = _rows(connection, "select urn from mart.school where laestab = $laestab", laestab=left_out[0]["laestab"])
    do = f"look at URN {other[0]['urn']}" if other else "choose another school"
    return InputError(f"{left_out[0]['name']} (URN {urn}) is left out. {left_out[0]['sentence']}", do=do)


def _who(school: dict[str, Any]) -> dict[str, str]:
    radius = school["search_radius_miles"]
    trust = school["trust_name"] or (NOT_KNOWN if school["is_in_mat"] is None else "none")
    if school["trust_joined_date"]:
        joined = {"membership": "since", "academy_opened": "academy since"}[school["trust_joined_source"]]
        trust += f" ({joined} {day_in_words(school['trust_joined_date'])})"
    return {
        "Phase": in_words(school["phase"]),
        "Type": school["type"],
        "Local authority": school["la_name"],
        "Trust": trust,
        "Setting": in_words(school["setting"] or NOT_KNOWN)
        + (f": partners are looked for within {radius:g} miles" if radius else ": no radius"),
        "Latest judgement": _latest_judgement(school),
        "Ungraded inspection since": _ungraded_inspection(school),
    }


def _latest_judgement(school: dict[str, Any]) -> str:
    """Its day and how old it was at the date of Ofsted's file."""
    if not school["ofsted_date"]:
        return "none known"
    age = school["ofsted_age_years"]
    return day_in_words(school["ofsted_date"]) + ("" if age is None else f" ({_years(age)} old)")


def _ungraded_inspection(school: dict[str, Any]) -> str:
    """The day of the latest ungraded inspection since the latest judgement, and what it found."""
    day = school["ofsted_ungraded_date"]
    return f"{day_in_words(day)}: {school['ofsted_ungraded_outcome'] or 'outcome not known'}" if day else "none known"


def _years(age: int) -> str:
    return f"{age} year{'' if age == 1 else 's'}"


def _weakened_by(status: dict[str, Any], reasons: list[dict[str, Any]], school: dict[str, Any]) -> list[str]:
    """What weakens the judgement that the status rests on: its age; of a high-performing school, concerns found since."""
    met = [row for row in reasons if row["kind"] == status["status"] and row["code"] in status["reasons"]]
    if not any(row["evidence"] == "inspection" or _OF_JUDGEMENT & set(row["facts"]) for row in met):
        return []
    found = []
    age = school["ofsted_age_years"]
    if age is not None and age >= OLD_YEARS:
        found.append(f"Its judgement is {_years(age)} old.")
    if status["status"] == HIGH_PERFORMING and school["has_ofsted_ungraded_concerns"]:
        day = day_in_words(school["ofsted_ungraded_date"])
        found.append(f"An ungraded inspection of {day} found concerns: {school['ofsted_ungraded_outcome']}.")
    return found


def _finding(connection: duckdb.DuckDBPyConnection, status: dict[str, Any], school: dict[str, Any]) -> Finding:
    name = status["definition"]
    reasons = _of_definition(connection, "reason", name)
    labels = {row["fact"]: row["label"] for row in _of_definition(connection, "fact", name)}
    thresholds = {row["parameter"]: row for row in _of_definition(connection, "definition", name)}
    facts = {labels.get(key, key): _fact_in_words(value) for key, value in json.loads(status["facts"] or "{}").items()}
    sentences = {row["code"]: row["sentence"] for row in reasons}
    unknown = [row for row in reasons if row["code"] in status["not_assessed"]]
    settled = status["not_met"]
    rules = []
    for row in reasons if status["not_asked_because"] is None else ():
        if row["kind"] not in (IN_NEED, HIGH_PERFORMING) or (row["phases"] and status["phase"] not in row["phases"]):
            continue
        outcome, why = NO, None
        if row["code"] in status["reasons"]:
            outcome = YES
            if status["excluded_because"] and row["kind"] != status["status"]:
                outcome = MAY_BE_SET_ASIDE if status[f"{row['kind']}_undecided"] else SET_ASIDE
                why = sentences[status["excluded_because"]]
        elif not_known := [other["sentence"] for other in unknown if row["code"] in other["rules"] and row["code"] not in settled]:
            outcome, why = NOT_ASSESSED, " ".join(not_known)
        rules.append(
            Rule(
                code=row["code"],
                kind=row["kind"],
                sentence=row["sentence"],
                outcome=outcome,
                why=why,
                facts={labels.get(key, key): facts[labels.get(key, key)] for key in row["facts"] if labels.get(key, key) in facts},
                thresholds={
                    thresholds[key]["parameter_sentence"]: f"{thresholds[key]['value']:g} ({thresholds[key]['unit']})"
                    for key in row["parameters"]
                },
            )
        )
    partners, nearest, partners_missing = _partners(connection, status)
    return Finding(
        definition=name,
        title=status["title"],
        sentence=status["sentence"],
        status=status["status"],
        excluded_because=sentences.get(status["excluded_because"]),
        not_asked_because=sentences.get(status["not_asked_because"]),
        not_assessed=[row["sentence"] for row in unknown],
        weakened_by=_weakened_by(status, reasons, school),
        undecided=[kind for kind in (IN_NEED, HIGH_PERFORMING) if status[f"{kind}_undecided"]],
        partners=partners,
        partners_missing=partners_missing,
        nearest=nearest,
        organisations=_organisations(connection, status),
        partnered_exclusively=_partnered_exclusively(connection, status),
        rules=rules,
    )


def _of_definition(connection: duckdb.DuckDBPyConnection, table: str, definition: str) -> list[dict[str, Any]]:
    return [row for row in rows_as_dicts(connection, f"from mart.{table}") if row["definition"] == definition]


def _partners(connection: duckdb.DuckDBPyConnection, status: dict[str, Any]) -> tuple[int | None, str | None, str | None]:
    """How many partners a school in need has, who is the nearest, and why that is not told, if it is not; nothing for others."""
    rows = _rows(
        connection,
        """select need.partners, partner.name, need.nearest_miles, need.can_be_placed
        from mart.need as need left join mart.school as partner on partner.urn = need.nearest_urn
        where need.definition = $definition and need.need_urn = $urn""",
        definition=status["definition"],
        urn=status["urn"],
    )
    if not rows:
        return None, None, None
    (row,) = rows
    missing = None if row["partners"] is not None else NOT_TOLD if row["can_be_placed"] else PLACE_NOT_KNOWN
    return row["partners"], _with_distance(row["name"], row["nearest_miles"]), missing


def _with_distance(name: str | None, miles: float | None) -> str | None:
    return None if name is None else f"{name}, {miles:.1f} miles"


def _organisations(connection: duckdb.DuckDBPyConnection, status: dict[str, Any]) -> list[str]:
    """Each organisation near a school in need, by rank: its name, how many such schools it has there, how near, its own need."""
    rows = _rows(
        connection,
        "from mart.partner_organisation where definition = $definition and need_urn = $urn order by organisation_rank",
        definition=status["definition"],
        urn=status["urn"],
    )
    return [
        f"{row['organisation_name'] or 'a trust that is not known'}: {row['partners']}, nearest {row['distance_miles']:.1f} miles"
        + (f"; {row['in_need']} of its {counted(row['schools'], 'school')} in need" if row["schools"] is not None else "")
        + ("; runs this school" if row["is_own_organisation"] else "")
        for row in rows
    ]


_NO_PARTNER = {
    "nobody_near": "none, nobody is near",
    "none_left": "none is left, those near help others",
    "place_not_known": PLACE_NOT_KNOWN,
    "not_told": NOT_TOLD,
}


def _partnered_exclusively(connection: duckdb.DuckDBPyConnection, status: dict[str, Any]) -> dict[int, str]:
    """By capacity, the partner of a school in need in the assignment for the whole country, or why it has none."""
    rows = _rows(
        connection,
        """select allocation.capacity, partner.name, pair.distance_miles, allocation.partner_missing
        from mart.allocation as allocation
        left join mart.school as partner on partner.urn = allocation.partner_urn
        left join mart.match as pair using (definition, need_urn, partner_urn)
        where allocation.definition = $definition and allocation.need_urn = $urn
        order by allocation.capacity""",
        definition=status["definition"],
        urn=status["urn"],
    )
    return {
        row["capacity"]: _NO_PARTNER[row["partner_missing"]]
        if row["partner_missing"]
        else f"{row['name']}, {row['distance_miles']:.1f} miles"
        for row in rows
    }


def _fact_in_words(value: Any) -> str:
    if value is None:
        return NOT_KNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if isinstance(value, float):
        return f"{value:g}"
    text = str(value)
    try:
        return day_in_words(date.fromisoformat(text))
    except ValueError:
        return in_words(text)
