"""Source cards: all are valid, mistakes are said with file and field, and the documentation page is theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from transforms.errors import InputError
from transforms.layouts import LAYOUTS, layout_for
from warehouse.sources.cards import FOLDER, PAGE, Card, EesDataSet, GovukAttachments, page, read_cards

CARDS = read_cards()


def test_there_is_a_card_for_every_source_that_is_fetched() -> None:
    assert set(CARDS) == {
        "gias_establishments",
        "gias_links",
        "gias_groups",
        "gias_memberships",
        "ofsted_inspections",
        "ks2_results",
        "ks2_cohorts",
        "ks4_results",
        "ons_regions",
        "ons_local_authorities",
        "ons_constituencies",
        "ons_rural_urban_2011",
        "ons_lsoa_2011_2021",
    }
    assert {card.kind for card in CARDS.values() if card.required} == {layout.kind for layout in LAYOUTS if layout.required}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
def test_what_a_card_saves_is_recognised_as_its_kind(card: Card) -> None:
    template = str(getattr(card.finder, "save_as", None) or getattr(card.finder, "file", ""))
    date = "31_August_2025" if isinstance(card.finder, GovukAttachments) else "20250930"
    names = [template.format(date=date, period="202324")]
    if isinstance(card.finder, EesDataSet) and card.finder.period_unknown:
        names.append(card.finder.period_unknown)

    assert [layout_for(name) for name in names] == [card.layout] * len(names)


def test_the_page_of_sources_is_made_from_the_cards() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(CARDS), "run: python -m warehouse.sources.cards"


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('how = "gias_daily"', 'how = "by_post"', "finder"),
        ("smallest_rows = 40_000", "smallest_rows = 0", "smallest_rows"),
        ("required = true", "", "required"),
        ('kind = "gias_establishment"', 'kind = "gias_school"', ""),
        ('id = "gias_establishments"', 'id = "gias"', "id"),
        ("every_days = 1", "every_days = 1\nhow_often = 1", "how_often"),
        ("smallest_bytes = 10_000_000", "smallest_bytes = 900_000_000", ""),
        ("every_days = 1", "every_days = ", ""),
    ],
)
def test_a_mistake_in_a_card_is_said_with_file_and_field(before: str, after: str, field: str, tmp_path: Path) -> None:
    text = (FOLDER / "gias_establishments.toml").read_text(encoding="utf-8")
    assert before in text
    (tmp_path / "gias_establishments.toml").write_text(text.replace(before, after), encoding="utf-8")

    with pytest.raises(InputError) as raised:
        read_cards(tmp_path)

    assert raised.value.file == "gias_establishments.toml"
    assert (raised.value.column or "") == field
