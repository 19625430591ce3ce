"""How ``schoolmatch explain`` tells an explanation on a terminal: in a few lines, or the whole."""

from __future__ import annotations

import re

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from exports.words import in_words
from orchestration.cli.explain import IN_NEED, MAY_BE_SET_ASIDE, NOT_ASSESSED, NOT_KNOWN, SET_ASIDE, YES, Explanation, Finding, Rule
from warehouse.licence import LIMITS, SYNTHETIC_LABEL, SYNTHETIC_NOTE


def show_brief(explanation: Explanation, console: Console) -> None:
    """Print the answer: who it is, status, why, what weakens it, who is near, what could not be told, and what others find."""
    school = explanation.school
    label = f" ({SYNTHETIC_LABEL})" if explanation.label else ""
    where = f"{explanation.name}, URN {explanation.urn}{label}: {school['Phase']}, {school['Local authority']}."
    lines = [f"[bold]{escape(where)}[/]"]
    if not explanation.findings:
        lines.append("No definition is about schools of its phase.")
    for finding in explanation.findings[:1]:
        lines += [f"[bold]{escape(finding.title)}: {in_words(finding.status)}.[/] {escape(_why(finding))}"]
        lines += [escape(line) for line in (" ".join(finding.weakened_by), _near(finding), _not_told(finding)) if line]
    others = "".join(f"{finding.title}: {in_words(finding.status)}{_undecided(finding)}. " for finding in explanation.findings[1:])
    lines.append(f"{escape(others)}[dim]The whole: schoolmatch explain {explanation.urn} --full[/]")
    for line in lines:
        console.print(line)


def _why(finding: Finding) -> str:
    """Say the first reason for the status and how many more there are, or why there is none."""
    reasons = [rule.sentence for rule in finding.rules if rule.outcome == YES and rule.kind == finding.status]
    if why := _first_of(reasons) or finding.excluded_because or finding.not_asked_because:
        return why
    if finding.undecided:
        return f"No rule was met{_undecided(finding)}."
    return "No rule of either status was met."


def _undecided(finding: Finding) -> str:
    """Say of which other status it could not be decided whether it has it: nothing where all is decided."""
    return f", but whether it is {' or '.join(map(in_words, finding.undecided))} could not be decided" if finding.undecided else ""


def _near(finding: Finding) -> str | None:
    """Say who is near a school in need; of others nobody is looked for."""
    if finding.status != IN_NEED:
        return None
    if finding.partners:
        return f"Partners near: {finding.partners}; the nearest is {finding.nearest}."
    return f"Partners near: {finding.partners_missing or 'none'}."


def _not_told(finding: Finding) -> str:
    """Say what could not be told; the examples, which stand in brackets, are left to the whole."""
    told = re.sub(r" \([^)]*\)", "", _first_of(finding.not_assessed) or "nothing.")
    return f"Could not be told: {told}"


def _first_of(sentences: list[str]) -> str | None:
    more = f" And {len(sentences) - 1} more." if len(sentences) > 1 else ""
    return f"{sentences[0]}{more}" if sentences else None


_ORGANISATIONS_SHOWN = 5


def show_whole(explanation: Explanation, console: Console) -> None:
    """Print every rule with its facts and thresholds."""
    if explanation.label:
        console.print(f"[bold yellow]{SYNTHETIC_NOTE}[/]\n")
    console.print(f"[bold]{escape(explanation.name)}[/] (URN {explanation.urn})")
    for label, value in explanation.school.items():
        console.print(f"  {label}: {escape(value)}")
    if not explanation.findings:
        console.print("\nNo definition is about schools of its phase.")
    for finding in explanation.findings:
        console.print(f"\n[bold]{escape(finding.title)}: {in_words(finding.status)}[/]{_undecided(finding)}")
        console.print(f"[dim]{escape(finding.sentence)}[/]")
        if finding.not_asked_because:
            console.print(escape(finding.not_asked_because))
        if finding.weakened_by:
            console.print(escape(" ".join(finding.weakened_by)))
        if near := _near(finding):
            console.print(escape(near))
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
    """Print a rule as a paragraph: what it asks, what was found, by which facts and thresholds."""
    question = {"in_need": "In need?", "high_performing": "High-performing?"}[rule.kind]
    style = {YES: "bold green", SET_ASIDE: "bold", MAY_BE_SET_ASIDE: "bold yellow", NOT_ASSESSED: "bold yellow"}.get(
        rule.outcome, "dim"
    )
    lines = [f"[{style}]{rule.outcome.capitalize()}.[/] {question} {escape(rule.sentence)}"]
    if rule.why:
        lines.append(f"    {escape(rule.why)}")
    # A fact that is not known explains a rule that could not be assessed; elsewhere it belongs to another era or phase.
    known = {label: value for label, value in rule.facts.items() if value != NOT_KNOWN or rule.outcome == NOT_ASSESSED}
    lines += [f"    {escape(label)}: {escape(value)}" for label, value in known.items()]
    lines += [f"    [dim]Threshold: {escape(value)}. {escape(sentence)}[/]" for sentence, value in rule.thresholds.items()]
    for line in lines:
        console.print(Padding(line.strip(), (0, 0, 0, 4 if line.startswith(" ") else 0)))
