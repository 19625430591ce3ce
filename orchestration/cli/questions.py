"""The commands that answer questions from the published file: ``near``, ``explain``, ``sql``, and ``doctor`` about the whole."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape

from exports.words import in_words, order_of
from orchestration.cli.terminal import CsvOption, HomeOption, JsonOption, console, errors, print_rows, published
from transforms.errors import InputError
from transforms.text import counted
from warehouse.home import Home
from warehouse.licence import LIMITS

app = typer.Typer()


@app.command(context_settings={"ignore_unknown_options": True})  # a longitude may begin with a minus sign
def near(
    place: Annotated[list[str], typer.Argument(help="A URN, a postcode, or longitude,latitude in degrees.")],
    home: HomeOption = None,
    *,
    miles: Annotated[float, typer.Option("--miles", help="How far, in a straight line: 0 to 50.")] = 5,
    phase: Annotated[str | None, typer.Option("--phase", help="Only primary, secondary, special ...", show_default=False)] = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Schools near a school, a postcode or a point, nearest first, and what each definition finds of them."""
    from orchestration.cli.near import find_place
    from orchestration.cli.near import near as schools_near

    with published(Home.find(home)) as connection:
        centre = find_place(connection, " ".join(place))
        found = schools_near(connection, centre, miles, phase)
    definitions = sorted({name for school in found for name in school["status"] or ()}, key=order_of)
    columns = ["miles", "urn", "name", "phase", "la_name", *definitions]
    rows: list[list[Any]] = [
        [
            round(school["distance_miles"], 2),
            school["urn"] if as_json or as_csv else str(school["urn"]),
            school["name"],
            in_words(school["phase"]),
            school["la_name"],
            *(in_words((school["status"] or {}).get(name)) for name in definitions),
        ]
        for school in found
    ]
    if not (as_json or as_csv):
        console.print(f"{counted(len(found), 'school')} within {miles:g} miles of [bold]{escape(centre.words)}[/]\n")
    print_rows(columns, rows, as_json=as_json, as_csv=as_csv, more={"place": asdict(centre), "miles": miles, "limits": LIMITS})


@app.command()
def explain(
    urn: Annotated[int, typer.Argument(help="The school's unique reference number.", min=1, max=999_999_999)],
    home: HomeOption = None,
    *,
    full: Annotated[bool, typer.Option("--full", help="Every rule with its facts and thresholds, for each definition.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Say why a school is in need, high-performing or neither, who is near, and what could not be told."""
    from orchestration.cli.explain import explain as explain_school
    from orchestration.cli.explain_text import show_brief, show_whole

    with published(Home.find(home)) as connection:
        explanation = explain_school(connection, urn)
    if as_json:
        print(explanation.as_json())
    else:
        (show_whole if full else show_brief)(explanation, console)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="A query; the published tables can be named without their schema.")],
    home: HomeOption = None,
    *,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Ask the published tables in SQL: schoolmatch sql "select phase, count(*) from school group by all"."""
    import duckdb

    from warehouse.sealed import answer

    with published(Home.find(home)) as connection:
        connection.execute("set search_path = 'mart,main'")
        try:
            columns, rows = answer(connection, query)
        except (InputError, duckdb.Error) as error:
            errors.print(f"The query cannot be answered: {escape(str(error))}")
            raise typer.Exit(1) from error
    print_rows(columns, rows, as_json=as_json, as_csv=as_csv)


@app.command()
def doctor(
    home: HomeOption = None,
    *,
    offline: Annotated[bool, typer.Option("--offline", help="Do not try whether the publishers can be reached.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Whether this installation is sound: versions, space, what is published, the schedule, the network. Ends with 1 if not."""
    from orchestration.cli.doctor import examine

    findings = list(examine(Home.find(home), network=not offline))
    if as_json:
        columns = ["what", "state", "says"]
        print_rows(columns, [[each.what, each.state, each.says] for each in findings], as_json=True, as_csv=False)
    else:
        for each in findings:
            style = {"ok": "green", "note": "yellow", "wrong": "bold red"}[each.state]
            console.print(f"[{style}]{each.state:<6}[/]{escape(each.what)}: {escape(each.says)}")
    if any(each.state == "wrong" for each in findings):
        raise typer.Exit(1)
