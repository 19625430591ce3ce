"""Source cards: ``cards/<id>.toml``, one per source we fetch, checked when read. ``docs/sources.md`` is made from them:

``python -m warehouse.sources.cards``
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from transforms.described import Strict, read_described
from transforms.errors import InputError
from transforms.layouts import LAYOUTS, Layout
from warehouse.landing.archive import LARGEST_FILE
from warehouse.licence import OGL

FOLDER = Path(__file__).parent / "cards"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "sources.md"


class GiasDaily(Strict):
    """A file a day at a fixed address; ``file`` holds ``{date}`` (yyyymmdd)."""

    how: Literal["gias_daily"]
    file: str = Field(pattern=r"^[a-z_]+\{date\}\.csv$")


class GovukAttachments(Strict):
    """The newest attachment of a page on GOV.UK whose title matches ``title_pattern``, by the date its group ``date`` holds.

    ``save_as`` holds ``{date}`` (31_August_2025).
    """

    how: Literal["govuk_attachments"]
    path: str = Field(pattern=r"^/")
    title_pattern: str = Field(pattern=r"\(\?P<date>")
    save_as: str = Field(pattern=r"\{date\}.*\.csv$")


class Past(Strict):
    """Releases beside the newest that are needed, of the same page: what they tell, the newest does not.

    ``why``: told on the page of sources. ``kind``: the layout that reads them. ``title_pattern`` and ``save_as``: as of
    ``GovukAttachments``. ``since``: of that date and later.
    """

    why: str = Field(min_length=1)
    kind: str
    title_pattern: str = Field(pattern=r"\(\?P<date>")
    save_as: str = Field(pattern=r"\{date\}.*\.csv$")
    since: date | None = None

    @property
    def layout(self) -> Layout:
        """The layout that reads these files."""
        return next(layout for layout in LAYOUTS if layout.kind == self.kind)


class EesDataSet(Strict):
    """The newest version of a data set of Explore Education Statistics.

    ``save_as`` may hold ``{period}`` (202324). ``accept_major``: a newer major version than the last landed is held until it
    is named here.
    """

    how: Literal["ees_data_set"]
    data_set: str = Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
    save_as: str = Field(pattern=r"\.csv$")
    period_unknown: str | None = Field(default=None, pattern=r"\.csv$")
    accept_major: PositiveInt | None = None


class ArcgisLayer(Strict):
    """A layer of boundaries: the areas of England, told by the first letter of ``code``, in WGS84."""

    how: Literal["arcgis_layer"]
    layer: str = Field(pattern=r"^\w+$")
    code: str = Field(pattern=r"^[A-Z]+\d\dCD$")
    save_as: str = Field(pattern=r"\.geojson$")


class ArcgisTable(Strict):
    """A table of the Open Geography portal, by its item's id: the rows of England, told by the first letter of the first column."""

    how: Literal["arcgis_table"]
    item: str = Field(pattern=r"^[0-9a-f]{32}$")
    columns: tuple[Annotated[str, Field(pattern=r"^\w+$")], ...] = Field(min_length=2)
    save_as: str = Field(pattern=r"\.csv$")


Finder = Annotated[GiasDaily | GovukAttachments | EesDataSet | ArcgisLayer | ArcgisTable, Field(discriminator="how")]


class Card(Strict):
    """One source: whose it is, how its newest file is found, how often it appears, and what a good file looks like.

    ``look_hours``: how often the daemon looks: below 24 a sensor does (orchestration/sensors.py), else the morning's refresh.
    ``delay_days``: from the day a file speaks of to the day it is there. ``stale_after_days``: older is reported as stale.
    ``least_share_of_last``: a file with fewer rows than this share of the last good one's is refused.
    """

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    publisher: str = Field(min_length=1)
    title: str = Field(min_length=1)
    licence: str = Field(min_length=1)
    landing_page: str = Field(pattern=r"^https://")
    group: str
    kind: str
    finder: Finder
    every_days: PositiveInt
    delay_days: NonNegativeInt
    stale_after_days: PositiveInt
    look_hours: PositiveInt = 24
    ended: date | None = None
    required: bool
    layouts: tuple[str, ...] = Field(min_length=1)
    used_by: tuple[str, ...] = Field(min_length=1)
    smallest_bytes: PositiveInt
    largest_bytes: PositiveInt = Field(le=LARGEST_FILE)
    smallest_rows: PositiveInt
    least_share_of_last: float = Field(default=0.7, gt=0, le=1)
    past: tuple[Past, ...] = ()

    @property
    def layout(self) -> Layout:
        """The layout that reads this source's files."""
        return next(layout for layout in LAYOUTS if layout.kind == self.kind)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        groups = {layout.kind: layout.group for layout in LAYOUTS}
        if groups.get(self.kind) != self.group:
            raise ValueError(f"kind and group are {self.kind} and {self.group}, expected a layout's: {groups}")
        for past in self.past:
            if not isinstance(self.finder, GovukAttachments) or groups.get(past.kind) != self.group:
                raise ValueError(f"past releases are those of a page of attachments, of a kind of the group {self.group}")
        if self.smallest_bytes >= self.largest_bytes:
            raise ValueError("smallest_bytes is not below largest_bytes")
        return self


def read_cards(folder: Path | None = None) -> dict[str, Card]:
    """All cards by id, of ``folder``, else of SCHOOLMATCH_CARDS (for cards of one's own), else those that are shipped.

    Raises InputError with file and field for a card that is not right.
    """
    place = folder or Path(os.environ.get("SCHOOLMATCH_CARDS") or FOLDER)
    return {path.stem: _read(path) for path in sorted(place.glob("*.toml"))}


def largest_bytes(kind: str) -> int:
    """How large a file of a kind may be, whichever way it comes: as the cards of its sources say."""
    told = [card.largest_bytes for card in read_cards().values() if kind in (card.kind, *(past.kind for past in card.past))]
    return max(told, default=LARGEST_FILE)


def _read(path: Path) -> Card:
    card = read_described(
        Card, path, what="The card", shown=path.name, do="mend the card; warehouse/sources/cards.py says what it holds"
    )
    if card.id != path.stem:
        raise InputError(
            f"The card's id is {card.id}", file=path.name, column="id", expected=path.stem, do="name card and file alike"
        )
    return card


def page(cards: dict[str, Card]) -> str:
    """The documentation page of all sources (Markdown)."""
    rows = [f"| [{c.title}](#{c.id}) | {c.publisher} | {_often(c)} | {'yes' if c.required else 'no'} |" for c in cards.values()]
    return "\n".join(
        [
            "<!-- Generated from warehouse/sources/cards/ by `python -m warehouse.sources.cards`: change the cards, not this. -->",
            "# Sources",
            "",
            "What `--source live` fetches. The list of local authorities with their ONS codes and regions stands in the project "
            "(`sql/reference/local_authority.csv`): nobody publishes the DfE number beside the ONS code as one file.",
            "",
            "What a publisher's file is headed decides how it is read. Of each layout stands below whether its header was seen (a "
            "copy, with its origin, is in `tests/fixtures/headers/`) or is believed, after what others say of it.",
            "",
            OGL,
            "",
            "| source | publisher | appears | needed |",
            "|---|---|---|---|",
            *rows,
            *(line for card in cards.values() for line in _section(card)),
            "",
        ]
    )


def _section(card: Card) -> list[str]:
    share = f"{card.least_share_of_last:.0%}"
    return [
        "",
        f"## {card.id}",
        "",
        f"{card.title}. {card.publisher}; {card.licence}. [Landing page]({card.landing_page}).",
        "",
        f"* The newest is found: {_found(card.finder)}.",
        f"* Appears {_often(card)}; reported as stale after {card.stale_after_days:,} days.",
        f"* Refused: below {card.smallest_bytes:,} or above {card.largest_bytes:,} bytes; below {card.smallest_rows:,} rows, or "
        f"{share} of the rows of the last good file.",
        *(f"* Also fetched, once each{_since(past)}: {past.why}" for past in card.past),
        "* Layouts: " + " ".join(card.layouts),
        *(f"* The header of `{name}` is {words}." for name, words in _headers(card)),
        *_persons(card),
        f"* Read as `raw.{card.kind}`; used by {', '.join(f'`{name}`' for name in card.used_by)}.",
    ]


def _headers(card: Card) -> Iterator[tuple[str, str]]:
    """Of every vintage that the card's files can have: whether its header was seen, and where."""
    for kind in dict.fromkeys([card.kind, *(past.kind for past in card.past)]):
        layout = next(each for each in LAYOUTS if each.kind == kind)
        for vintage, (how, words) in layout.origin.items():
            yield f"{kind} {vintage}", f"{how} ({words})"


def _persons(card: Card) -> Iterator[str]:
    """What is said where the publisher names people in the file."""
    if card.layout.persons:
        headings = ", ".join(f"`{heading}`" for heading in card.layout.persons)
        kept = "[not kept](operations.md#personal-data) in the archive"
        yield f"* Names people, under {headings}: not read, not published, and {kept}."


def _since(past: Past) -> str:
    return f", since {past.since.day} {past.since:%B %Y}" if past.since else ""


def _often(card: Card) -> str:
    if card.ended:
        return f"no more since {card.ended:%d %B %Y}"
    often = {1: "daily", 30: "monthly", 365: "yearly"}.get(card.every_days, f"every {card.every_days} days")
    return f"{often}, {card.delay_days} days after the date it speaks of" if card.delay_days else often


def _found(finder: Finder) -> str:
    match finder:
        case GiasDaily():
            return f"`{finder.file}` of today, else of the days before"
        case GovukAttachments():
            return "by the newest date in the title of the page's CSV attachments (content API; else the page's own links)"
        case EesDataSet():
            return f"newest version of data set `{finder.data_set}`; a new major version is held until the card accepts it"
        case ArcgisLayer():
            return f"layer `{finder.layer}`, areas of England; a new year's boundaries are another layer, to be named in the card"
        case ArcgisTable():
            return f"the table of portal item `{finder.item}`, rows of England; taken again when ONS has changed it"


if __name__ == "__main__":
    PAGE.write_text(page(read_cards()), encoding="utf-8", newline="\n")
