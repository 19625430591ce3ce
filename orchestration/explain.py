"""Why a school has the status it has: the facts, each rule, its thresholds and the outcome, in words for a head teacher.

Everything comes from the published DuckDB file; a definition that a user has added is explained without a line of code.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from exports.words import day_in_words, in_words
from transforms.errors import InputError
from warehouse.licence import LIMITS, SYNTHETIC_NOTE
from warehouse.store import rows_as_dicts

YES, NO, NOT_ASSESSED, SET_ASIDE = "yes", "no", "could not be assessed", "yes, but set aside"
NOT_KNOWN = "not known"


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

    For a school in need: ``partners``, the high-performing schools within the radius; ``organisations``, the trusts and authorities
    that run them, in words and by rank; ``partnered_exclusively``, by capacity, its partner where no high-performing school takes
    more schools than that, or why it has none.
    """

    definition: str
    title: str
    sentence: str
    status: str
    partners: int | None
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
        """For programs."""
        return json.dumps(asdict(self) | {"limits": LIMITS}, ensure_ascii=False, indent=2)


def explain(connection: duckdb.DuckDBPyConnection, urn: int) -> Explanation:
    """Explain a school of the published file. Raises InputError for a URN that is not there, with the reason where one is known."""
    found = rows_as_dicts(connection, f"from mart.school where urn = {urn:d}")
    if not found:
        raise _not_there(connection, urn)
    school, about = found[0], rows_as_dicts(connection, "from mart.refresh")[0]
    statuses = rows_as_dicts(
        connection,
        f"""select status.*, about.title, about.sentence
        from mart.school_status as status
        inner join (select distinct definition, title, sentence from mart.definition) as about
            on about.definition = status.definition
        where status.urn = {urn:d} order by status.definition""",
    )
    return Explanation(
        urn=urn,
        name=school["name"],
        school=_who(school),
        data=f"GIAS as at {day_in_words(about['gias_as_at'])}, Ofsted as at {day_in_words(about['ofsted_as_at'])}",
        label=about["label"],
        findings=[_finding(connection, status) for status in statuses],
    )


def _not_there(connection: duckdb.DuckDBPyConnection, urn: int) -> InputError:
    left_out = rows_as_dicts(connection, f"from mart.school_left_out where urn = {urn:d}")
    if not left_out:
        do = "check the number; schoolmatch knows open state-funded schools in England at the date of the GIAS extract"
        return InputError(f"There is no school with the URN {urn}", do=do)
    other = rows_as_dicts(connection, f"select urn from mart.school where laestab = {left_out[0]['laestab'] or 0:d}")
    do = f"look at URN {other[0]['urn']}" if other else "choose another school"
    return InputError(f"{left_out[0]['name']} (URN {urn}) is left out. {left_out[0]['sentence']}", do=do)


def _who(school: dict[str, Any]) -> dict[str, str]:
    radius = school["search_radius_miles"]
    trust = school["trust_name"] or "none"
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
    }


def _finding(connection: duckdb.DuckDBPyConnection, status: dict[str, Any]) -> Finding:
    name = status["definition"]
    reasons = _of_definition(connection, "reason", name)
    labels = {row["fact"]: row["label"] for row in _of_definition(connection, "fact", name)}
    thresholds = {row["parameter"]: row for row in _of_definition(connection, "definition", name)}
    facts = {labels.get(key, key): _fact_in_words(value) for key, value in json.loads(status["facts"] or "{}").items()}
    sentences = {row["code"]: row["sentence"] for row in reasons}
    unknown = [row for row in reasons if row["code"] in status["not_assessed"]]
    rules = []
    for row in reasons:
        if row["kind"] not in ("in_need", "high_performing") or (row["phases"] and status["phase"] not in row["phases"]):
            continue
        outcome, why = NO, None
        if row["code"] in status["reasons"]:
            outcome = YES
            if status["excluded_because"] and row["kind"] != status["status"]:
                outcome, why = SET_ASIDE, sentences[status["excluded_because"]]
        elif not_known := [other["sentence"] for other in unknown if row["code"] in other["rules"]]:
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
    partners, nearest = _partners(connection, status) if status["status"] == "in_need" else (None, None)
    return Finding(
        definition=name,
        title=status["title"],
        sentence=status["sentence"],
        status=status["status"],
        partners=partners,
        nearest=nearest,
        organisations=_organisations(connection, status),
        partnered_exclusively=_partnered_exclusively(connection, status),
        rules=rules,
    )


def _of_definition(connection: duckdb.DuckDBPyConnection, table: str, definition: str) -> list[dict[str, Any]]:
    return [row for row in rows_as_dicts(connection, f"from mart.{table}") if row["definition"] == definition]


def _partners(connection: duckdb.DuckDBPyConnection, status: dict[str, Any]) -> tuple[int, str | None]:
    rows = rows_as_dicts(
        connection,
        f"""select partner.name, pair.distance_miles
        from mart.match as pair inner join mart.school as partner on partner.urn = pair.partner_urn
        where pair.definition = '{status["definition"]}' and pair.need_urn = {status["urn"]:d} order by pair.distance_rank""",
    )
    return len(rows), f"{rows[0]['name']}, {rows[0]['distance_miles']:.1f} miles" if rows else None


def _organisations(connection: duckdb.DuckDBPyConnection, status: dict[str, Any]) -> list[str]:
    """Each organisation near a school in need, by rank: its name, how many such schools it has there, how near, its own need."""
    rows = rows_as_dicts(
        connection,
        f"""from mart.partner_organisation
        where definition = '{status["definition"]}' and need_urn = {status["urn"]:d} order by organisation_rank""",
    )
    return [
        f"{row['organisation_name'] or 'a trust that is not known'}: {row['partners']}, nearest {row['distance_miles']:.1f} miles"
        + (f"; {row['in_need']} of its {row['schools']} schools in need" if row["schools"] is not None else "")
        + ("; runs this school" if row["is_own_organisation"] else "")
        for row in rows
    ]


_NO_PARTNER = {
    "nobody_near": "none, nobody is near",
    "none_left": "none is left, those near help others",
    "place_not_known": "not known, as its place or setting is not",
}


def _partnered_exclusively(connection: duckdb.DuckDBPyConnection, status: dict[str, Any]) -> dict[int, str]:
    """By capacity, the partner of a school in need in the assignment for the whole country, or why it has none."""
    rows = rows_as_dicts(
        connection,
        f"""select allocation.capacity, partner.name, allocation.distance_m / 1609.344 as distance_miles, allocation.partner_missing
        from mart.allocation as allocation left join mart.school as partner on partner.urn = allocation.partner_urn
        where allocation.definition = '{status["definition"]}' and allocation.need_urn = {status["urn"]:d}
        order by allocation.capacity""",
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


_ORGANISATIONS_SHOWN = 5


def show(explanation: Explanation, console: Console) -> None:
    """Print an explanation for people."""
    if explanation.label:
        console.print(f"[bold yellow]{SYNTHETIC_NOTE}[/]\n")
    console.print(f"[bold]{escape(explanation.name)}[/] (URN {explanation.urn})")
    for label, value in explanation.school.items():
        console.print(f"  {label}: {escape(value)}")
    if not explanation.findings:
        console.print("\nNo definition is about schools of its phase.")
    for finding in explanation.findings:
        console.print(f"\n[bold]{escape(finding.title)}: {in_words(finding.status)}[/]")
        console.print(f"[dim]{escape(finding.sentence)}[/]")
        if finding.partners is not None:
            near = f"; the nearest is {finding.nearest}" if finding.nearest else ""
            console.print(f"High-performing schools of its phase near it: {finding.partners}{escape(near)}")
        if finding.organisations:
            more = len(finding.organisations) - _ORGANISATIONS_SHOWN
            shown = ". ".join(finding.organisations[:_ORGANISATIONS_SHOWN])
            console.print(f"Run by: {escape(shown)}{f'. And {more} more' if more > 0 else ''}")
        if finding.partnered_exclusively:
            partners = "; ".join(f"{capacity}: {partner}" for capacity, partner in finding.partnered_exclusively.items())
            console.print(
                f"Its partner if each such school in the country takes at most so many schools in need: {escape(partners)}"
            )
        for rule in finding.rules:
            _show_rule(rule, console)
    console.print(f"\n[dim]{escape(explanation.data)}. {LIMITS}[/]")


def _show_rule(rule: Rule, console: Console) -> None:
    """A rule as a paragraph: what it asks, what was found, by which facts and thresholds."""
    question = {"in_need": "In need?", "high_performing": "High-performing?"}[rule.kind]
    style = {YES: "bold green", SET_ASIDE: "bold", NOT_ASSESSED: "bold yellow"}.get(rule.outcome, "dim")
    lines = [f"[{style}]{rule.outcome.capitalize()}.[/] {question} {escape(rule.sentence)}"]
    if rule.why:
        lines.append(f"    {escape(rule.why)}")
    # A fact that is not known explains a rule that could not be assessed; elsewhere it belongs to another era or phase.
    known = {label: value for label, value in rule.facts.items() if value != NOT_KNOWN or rule.outcome == NOT_ASSESSED}
    lines += [f"    {escape(label)}: {escape(value)}" for label, value in known.items()]
    lines += [f"    [dim]Threshold: {escape(value)}. {escape(sentence)}[/]" for sentence, value in rule.thresholds.items()]
    for line in lines:
        console.print(Padding(line.strip(), (0, 0, 0, 4 if line.startswith(" ") else 0)))
