"""What every sheet of every workbook must hold, asked of the published tables anew.

Nothing of ``exports`` is used here, neither its queries nor its columns: a mistake there cannot repeat itself here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from warehouse.store import run

ENGLAND = "E92000001"
Row = tuple[Any, ...]
Columns = dict[str, tuple[str, str | None]]
"""By heading, in order: what is selected for it, and the published column it shows (None where it shows none as it is)."""

_MEASURES = {
    "Schools": "schools",
    "Schools not asked": "not_asked",
    "High-performing schools": "high_performing",
    "Schools in need": "in_need",
    "High-performing schools, % of schools": "high_performing_percent",
    "High-performing schools, % at least": "high_performing_percent_lower",
    "High-performing schools, % at most": "high_performing_percent_upper",
    "Schools in need, % of schools": "in_need_percent",
    "Schools in need, % at least": "in_need_percent_lower",
    "Schools in need, % at most": "in_need_percent_upper",
    "Partners of a school in need, median": "partners_median",
    "Partners of a school in need, mean": "partners_mean",
    "Helper share of a school in need, median": "helper_share_median",
    "Schools in need that the median is of": "partners_of",
    "Schools in need without a partner": "in_need_without_partner",
    "Schools in need with a partner of their own": "partnered_exclusively_1",
    "Schools in need with a partner, two to a partner": "partnered_exclusively_2",
    "Schools in need with a partner, three to a partner": "partnered_exclusively_3",
    "Need could not be decided": "in_need_undecided",
    "High performance could not be decided": "high_performing_undecided",
    "Schools without the key stage": "schools_without_key_stage",
    "High-performing schools without the key stage": "high_performing_without_key_stage",
    "High-performing schools with the key stage, %": "high_performing_percent_with_key_stage",
    "Neither, but not assessed by every rule": "not_assessed",
}
_DEFINITION: Columns = {
    "Definition": ("area.definition", "area_summary.definition"),
    "Phase": ("replace(area.phase, '_', ' ')", "area_summary.phase"),
}
_OF_FEW = ("partners_median", "partners_mean", "helper_share_median")
"""Of which nothing is shown where it rests on fewer than five schools in need."""


def _told(alias: str, column: str) -> str:
    return f"if({alias}.partners_of < 5, null, {alias}.{column})" if column in _OF_FEW else f"{alias}.{column}"


_FIGURES: Columns = {heading: (_told("area", column), f"area_summary.{column}") for heading, column in _MEASURES.items()}
_NAME: Columns = {"Area": ("area.area_name", "area_summary.area_name")}
_KIND: Columns = {"Kind of area": ("replace(area.area_type, '_', ' ')", "area_summary.area_type")}
_CODE: Columns = {"ONS code": ("area.area_code", "area_summary.area_code")}


def _whose(alias: str, table: str) -> Columns:
    """Definition and phase, of rows of this alias that show the published table."""
    return {
        "Definition": (f"{alias}.definition", f"{table}.definition"),
        "Phase": (f"replace({alias}.phase, '_', ' ')", f"{table}.phase"),
    }


def _withheld(question: str) -> str:
    """Whether nothing is told of it in the definition and phase of a status: of too many schools it is not known."""
    return f"""exists (select 1 from mart.question as asked where asked.question = '{question}'
        and asked.definition = status.definition and asked.phase = status.phase and asked.withheld_because is not null)"""


_YES_OR_NO = "case {} when true then 'yes' when false then 'no' end"
_PAGE = "if((select is_synthetic from mart.refresh), 'none: invented', {} || ' {}')"

COLUMNS: dict[str, Columns] = {
    "Summary": _DEFINITION | _NAME | _KIND | _FIGURES,
    "Local authorities": _DEFINITION | _NAME | _CODE | _FIGURES,
    "Constituencies": _DEFINITION | _NAME | _CODE | _FIGURES,
    "Schools in need": _whose("status", "need")
    | {
        "School in need": ("school.name", "school.name"),
        "URN": ("school.urn", "school.urn"),
        "Local authority": ("school.la_name", "school.la_name"),
        "Constituency": ("school.constituency_name", "school.constituency_name"),
        "Setting": ("replace(school.setting, '_', '-')", "school.setting"),
        "Radius, miles": ("school.search_radius_miles", "school.search_radius_miles"),
        "Why it is in need": (
            """(select string_agg(reason.sentence, ' ' order by reason.code) from mart.reason as reason
            where reason.kind = 'in_need' and reason.definition = status.definition
            and list_contains(status.reasons, reason.code))""",
            "school_status.reasons",
        ),
        "Partners": (
            f"""if(school.h3_r7 is null or school.search_radius_miles is null or {_withheld("high_performing")}, null,
            (select count(*) from mart.match as pair where pair.definition = status.definition and pair.need_urn = status.urn))""",
            "need.partners",
        ),
        "Helper share": (
            """(select need.helper_share from mart.need as need
            where need.definition = status.definition and need.need_urn = status.urn)""",
            "need.helper_share",
        ),
        "First of its shortlist": ("first_of.name", "school.name"),
        "Miles to it": ("ordered.distance_miles", "shortlist.distance_miles"),
        "What speaks for it": (
            """nullif(array_to_string(list_filter([
                'alike ' || cast(round(100 * ordered.similarity) as integer) || ' of 100',
                ordered.strength_words, ordered.told_apart
            ], lambda words: words is not null), '; '), '')""",
            None,
        ),
        "Whom to ring": (f"if(first_of.urn is null, null, {_PAGE.format('first_of.urn', 'in GIAS')})", "shortlist.partner_urn"),
        "Nearest partner": ("partner.name", "school.name"),
        "Miles to nearest partner": ("nearest.distance_miles", "need.nearest_miles"),
        "Judged on": ("school.ofsted_date", "school.ofsted_date"),
        "Age of the judgement, years": ("school.ofsted_age_years", "school.ofsted_age_years"),
        "Trust": ("school.trust_name", "school.trust_name"),
        "Judged before it joined its trust": (_YES_OR_NO.format("school.is_ofsted_before_trust"), "school.is_ofsted_before_trust"),
        "Page in GIAS": (_PAGE.format("school.urn", "in GIAS"), None),
        "Page at Ofsted": (_PAGE.format("school.urn", "at Ofsted"), None),
    },
    "Partners": _whose("pair", "match")
    | {
        "School in need": ("school.name", "school.name"),
        "URN": ("pair.need_urn", "school.urn"),
        "Local authority": ("school.la_name", "school.la_name"),
        "Rank": ("pair.distance_rank", "match.distance_rank"),
        "Shortlist": ("ordered.shortlist_rank", "shortlist.shortlist_rank"),
        "Partner": ("partner.name", "school.name"),
        "URN of partner": ("pair.partner_urn", "match.partner_urn"),
        "Miles": ("pair.distance_miles", "match.distance_miles"),
        "Share of its help": ("pair.helper_share", "match.helper_share"),
        "Likeness": ("pair.similarity", "match.similarity"),
        "Evidence": ("ordered.strength_words", "shortlist.strength_words"),
        "Told apart": ("ordered.told_apart", "shortlist.told_apart"),
        "Partner's local authority": ("partner.la_name", "school.la_name"),
        "Partner's trust": ("partner.trust_name", "school.trust_name"),
        "Schools in need it could serve": ("ordered.schools_in_need", "shortlist.schools_in_need"),
        "Schools in need of who runs it": ("ordered.organisation_in_need", "shortlist.organisation_in_need"),
        "Same authority": (_YES_OR_NO.format("school.la_ons_code = partner.la_ons_code"), "match.same_la"),
        "Same trust": (_YES_OR_NO.format("pair.same_trust"), "match.same_trust"),
        "Partner judged under": ("replace(partner.ofsted_framework, '_', ' ')", "school.ofsted_framework"),
        "Partner judged on": ("partner.ofsted_date", "school.ofsted_date"),
    },
    "Organisations": _whose("near", "partner_organisation")
    | {
        "School in need": ("school.name", "school.name"),
        "URN": ("near.need_urn", "school.urn"),
        "Local authority": ("school.la_name", "school.la_name"),
        "Rank": ("near.organisation_rank", "partner_organisation.organisation_rank"),
        "Organisation": ("near.organisation_name", "partner_organisation.organisation_name"),
        "Kind of organisation": ("replace(near.organisation_kind, '_', ' ')", "partner_organisation.organisation_kind"),
        "Partners it runs": ("near.partners", "partner_organisation.partners"),
        "Nearest of them": ("(select name from mart.school as nearest where nearest.urn = near.nearest_urn)", "school.name"),
        "Miles to the nearest": ("near.distance_miles", "partner_organisation.distance_miles"),
        "Its schools": ("near.schools", "partner_organisation.schools"),
        "Its schools in need": ("near.in_need", "partner_organisation.in_need"),
        "Its schools in need, %": ("near.in_need_percent", "partner_organisation.in_need_percent"),
        "Schools in need it could reach": (
            """(select schools_in_need_in_reach from mart.organisation as whole where whole.organisation_id = near.organisation_id
            and whole.definition = near.definition and whole.phase = near.phase)""",
            "organisation.schools_in_need_in_reach",
        ),
        "Runs the school in need": (_YES_OR_NO.format("near.is_own_organisation"), "partner_organisation.is_own_organisation"),
    },
    "High-performing schools": _whose("status", "supporter")
    | {
        "High-performing school": ("school.name", "school.name"),
        "URN": ("school.urn", "school.urn"),
        "Local authority": ("school.la_name", "school.la_name"),
        "Trust": ("school.trust_name", "school.trust_name"),
        "Schools in need it could serve": (
            f"""if(school.h3_r7 is null or {_withheld("in_need")}, null, (select count(*) from mart.match as pair
            where pair.definition = status.definition and pair.partner_urn = status.urn))""",
            "supporter.schools_in_need",
        ),
        "Judged under": ("replace(school.ofsted_framework, '_', ' ')", "school.ofsted_framework"),
        "Judged on": ("school.ofsted_date", "school.ofsted_date"),
        "Age of the judgement, years": ("school.ofsted_age_years", "school.ofsted_age_years"),
        "Ungraded inspection found concerns": (
            _YES_OR_NO.format("school.has_ofsted_ungraded_concerns"),
            "school.has_ofsted_ungraded_concerns",
        ),
        "Ungraded inspection found": ("school.ofsted_ungraded_outcome", "school.ofsted_ungraded_outcome"),
        "Ungraded inspection since, on": ("school.ofsted_ungraded_date", "school.ofsted_ungraded_date"),
        "Page in GIAS": (_PAGE.format("school.urn", "in GIAS"), None),
    },
    "Sensitivity": _whose("moved", "sensitivity")
    | {
        "What is changed": (
            """if(moved.parameter = 'search_radius', 'How far help may come from, in times the radius.', coalesce((
                select parameter_sentence from mart.definition as about
                where about.definition = moved.definition and about.parameter = moved.parameter
            ), (
                select
                    'Schools that this alone leaves open are taken as '
                    || if(moved.question = 'in_need', 'in need', 'high-performing') || ' (1) or not (0): ' || sentence
                from mart.reason as about
                where about.definition = moved.definition and about.code = moved.parameter
            )))""",
            "sensitivity.parameter",
        ),
        "Its value": ("moved.value", "sensitivity.value"),
        "As defined": (_YES_OR_NO.format("moved.is_as_defined"), "sensitivity.is_as_defined"),
    }
    | {
        heading: (_told("moved", column), f"sensitivity.{column}")
        for heading, column in _MEASURES.items()
        if not column.startswith("partnered_exclusively") and "key_stage" not in column and column != "not_asked"
    },
    "Then and now": {
        "Definition": ("grouped.definition", "outcome_group.definition"),
        "Phase": ("replace(grouped.phase, '_', ' ')", "outcome_group.phase"),
        "Schools of the earlier time": ("grouped.words", "outcome_group.words"),
        "As at": ("grouped.followed_from", "outcome_group.followed_from"),
        "Schools": ("grouped.schools", "outcome_group.schools"),
        "Followed, %": ("grouped.followed_percent", "outcome_group.followed_percent"),
        "Judged": ("grouped.judged", "outcome_group.judged"),
        "Good or better then, %": ("grouped.good_then_percent", "outcome_group.good_then_percent"),
        "Good or better now, %": ("grouped.good_now_percent", "outcome_group.good_now_percent"),
        "from, %": ("grouped.good_now_percent_lower", "outcome_group.good_now_percent_lower"),
        "to, %": ("grouped.good_now_percent_upper", "outcome_group.good_now_percent_upper"),
    }
    | {
        heading: (
            f"""(select {column} from mart.outcome_gain as gain
            where gain.definition = grouped.definition and gain.phase = grouped.phase and gain.grouping = grouped.grouping
            and gain.help_group = grouped.help_group and gain.measure = '{measure}')""",
            f"outcome_gain.{column}",
        )
        for measure, first, words in (
            ("less_band", "Places beside schools that began alike", "alike"),
            ("less_near_band", "Places beside those with as many near, too", "as many near"),
        )
        for heading, column in ((first, "places"), (f"{words}: from", "places_lower"), (f"{words}: to", "places_upper"))
    },
    "Changes": {
        "Change": ("", None),
        "Definition": ("", "change.definition"),
        "Phase": ("", "change.phase"),
        "School": ("", "school.name"),
        "URN": ("", "school.urn"),
        "Local authority": ("", "change.la_name"),
        "Status before": ("", None),
        "Status now": ("", "school_status.status"),
        "Why": ("", "change.cause_sentence"),
    },
    "Data status": dict.fromkeys(("Source", "Publisher", "As at", "Age, days", "Next expected", "State"), ("", None)),
    "Thresholds": {
        "Definition": ("definition", "definition.definition"),
        "What it does": ("parameter_sentence", "definition.parameter_sentence"),
        "Value": ("value", "definition.value"),
        "Unit": ("unit", "definition.unit"),
        "Source": ("parameter_source", "definition.parameter_source"),
    },
}
_FROM = {
    "Schools in need": """mart.school_status as status inner join mart.school as school on school.urn = status.urn
        left join mart.match as nearest
            on nearest.definition = status.definition and nearest.need_urn = status.urn and nearest.distance_rank = 1
        left join mart.school as partner on partner.urn = nearest.partner_urn
        left join mart.shortlist as ordered
            on ordered.definition = status.definition and ordered.need_urn = status.urn and ordered.shortlist_rank = 1
        left join mart.school as first_of on first_of.urn = ordered.partner_urn
        where status.status = 'in_need'""",
    "Partners": """mart.match as pair inner join mart.shortlist as ordered using (definition, need_urn, partner_urn)
        inner join mart.school as school on school.urn = pair.need_urn
        inner join mart.school as partner on partner.urn = pair.partner_urn""",
    "Organisations": """mart.partner_organisation as near inner join mart.school as school on school.urn = near.need_urn""",
    "High-performing schools": """mart.school_status as status inner join mart.school as school on school.urn = status.urn
        where status.status = 'high_performing'""",
}
SHEETS = ("Cover", "Contents", *COLUMNS, "Data dictionary", "Glossary", "Notes")
"""All sheets, which are those of England's workbook."""
OF_ENGLAND = {"Sensitivity": "mart.sensitivity as moved", "Then and now": "mart.outcome_group as grouped"}
"""The sheets that are in England's workbook alone, and of which table each is."""


@dataclass
class Area:
    """England, a region or a local authority, and the areas its sheets are about, by ONS code."""

    kind: str
    name: str
    code: str
    summary: set[str]
    authorities: set[str]
    constituencies: set[str] = field(default_factory=set)


def areas(connection: duckdb.DuckDBPyConnection) -> list[Area]:
    """Every area that has a workbook."""
    places = run(
        connection,
        "select distinct region_code, region_name, la_ons_code, la_name, constituency_code from mart.school order by all",
    )
    of_region: dict[str, set[str]] = {}
    for region, _, authority, *_ in places:
        of_region.setdefault(region, set()).add(authority)
    everywhere = {authority for each in of_region.values() for authority in each}
    found = {ENGLAND: Area("country", "England", ENGLAND, {ENGLAND, *of_region}, everywhere)}
    for region, region_name, authority, name, constituency in places:
        own = of_region[region]
        found.setdefault(region, Area("region", region_name, region, {ENGLAND, region, *own}, own))
        found.setdefault(authority, Area("local authority", name, authority, {ENGLAND, region, authority}, own))
        for code in (ENGLAND, region, authority):
            if constituency is not None:
                found[code].constituencies.add(constituency)
    return list(found.values())


def sheets_of(path: Path) -> tuple[str, ...]:
    """The sheets that a workbook has, in order."""
    return tuple(sheet for sheet in SHEETS if sheet not in OF_ENGLAND or path.name == "england.xlsx")


class Expected:
    """The rows of every sheet, from published tables; ``previous.school_status`` may stand beside them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.columns = COLUMNS
        self.changes = self._changes()
        self._figures = {sheet: self._of_areas(sheet) for sheet in ("Summary", "Local authorities", "Constituencies")}
        self._schools = {sheet: self._of_schools(sheet) for sheet in _FROM}
        thresholds = ", ".join(sql for sql, _ in self.columns["Thresholds"].values())
        self._thresholds = run(connection, f"select {thresholds} from mart.definition where parameter is not null")
        self._of_england = {
            sheet: run(connection, f"select {', '.join(sql for sql, _ in self.columns[sheet].values())} from {table}")
            for sheet, table in OF_ENGLAND.items()
        }

    def rows(self, sheet: str, area: Area) -> Iterable[Row]:
        """The rows of a sheet with figures of an area's workbook, in any order."""
        if sheet in _FROM:
            return self._schools[sheet].get(area.code, [])
        if sheet == "Changes":
            return (self.changes or {}).get(area.code, [])
        if sheet == "Thresholds":
            return self._thresholds
        if sheet in OF_ENGLAND:
            return self._of_england[sheet]
        codes = {"Summary": area.summary, "Local authorities": area.authorities, "Constituencies": area.constituencies}[sheet]
        return [row for code in codes for row in self._figures[sheet].get(code, [])]

    def dictionary(self, sheets: Iterable[str]) -> list[tuple[str, str, str | None, str, str | None, str | None]]:
        """Per column of a sheet: sheet, heading, unit, how its meaning ends, the published column, the publisher's name."""
        described = {
            f"{table}.{column}": about
            for table, column, *about in run(
                self._connection,
                """select table_name, column_name, unit, description || coalesce(' Empty: ' || null_means || '.', ''), published_as
                from mart.data_dictionary""",
            )
        }
        return [
            (sheet, heading, unit, description or "", source and f"mart.{source}", published_as)
            for sheet, columns in self.columns.items()
            if sheet in sheets
            for heading, (_, source) in columns.items()
            for unit, description, published_as in (described.get(source or "", (None, None, None)),)
        ]

    def _of_areas(self, sheet: str) -> dict[str, list[Row]]:
        kinds = {"Local authorities": "'local_authority'", "Constituencies": "'constituency'"}
        where = kinds.get(sheet, "'country', 'region', 'local_authority'")
        selected = ", ".join(sql for sql, _ in self.columns[sheet].values())
        return grouped(
            run(self._connection, f"select area_code, {selected} from mart.area_summary as area where area_type in ({where})")
        )

    def _of_schools(self, sheet: str) -> dict[str, list[Row]]:
        selected = ", ".join(sql for sql, _ in self.columns[sheet].values())
        rows = run(self._connection, f"select school.region_code, school.la_ons_code, {selected} from {_FROM[sheet]}")
        return grouped([(code, *row[2:]) for row in rows for code in (ENGLAND, row[0], row[1])])

    def _changes(self) -> dict[str, list[Row]] | None:
        """By area; None where nothing was published before."""
        tables = run(self._connection, "select table_name from duckdb_tables() where schema_name = 'previous'")
        if ("school_status",) not in tables:
            return None
        query = "select definition, urn, phase, status from {}.school_status"
        before, now = (
            {(definition, urn): (phase, status) for definition, urn, phase, status in run(self._connection, query.format(schema))}
            for schema in ("previous", "mart")
        )
        if not before:
            return None
        compared = {definition for definition, _ in before} & {definition for definition, _ in now}
        schools = {
            urn: about
            for urn, *about in run(self._connection, "select urn, name, la_name, region_code, la_ons_code from mart.school")
        }
        gone = {
            urn: about
            for urn, *about in run(self._connection, "select urn, name, la_name, region_code, la_ons_code from previous.school")
        }
        why = {
            (definition, urn, change): sentence
            for definition, urn, change, sentence in run(
                self._connection, "select definition, urn, replace(change, '_', ' '), cause_sentence from mart.change"
            )
        }
        found = []
        for definition, urn in before.keys() | now.keys():
            was, became = before.get((definition, urn)), now.get((definition, urn))
            if definition not in compared or (was and was[1]) == (became and became[1]):
                continue
            name, authority, *codes = schools.get(urn) or gone.get(urn) or (None, None)
            status_before = was[1] if was else "none: not in the refresh before"
            status_now = became[1] if became else "none: not in this refresh"
            for status in ("in_need", "high_performing"):
                if status in (status_before, status_now):
                    words = f"{'newly' if status == status_now else 'no longer'} {_status_in_words(status)}"
                    phase = (became or was or ("",))[0].replace("_", " ")
                    cause = why[definition, urn, words.replace("-", " ")]
                    row = (
                        words,
                        definition,
                        phase,
                        name,
                        urn,
                        authority,
                        *map(_status_in_words, (status_before, status_now)),
                        cause,
                    )
                    found += [(code, *row) for code in (ENGLAND, *codes)]
        return grouped(found)


def _status_in_words(status: str) -> str:
    return {"in_need": "in need", "high_performing": "high-performing", "not_asked": "not asked"}.get(status, status)


def grouped(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for code, *row in rows:
        found.setdefault(code, []).append(tuple(row))
    return found
