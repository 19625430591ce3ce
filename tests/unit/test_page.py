"""A page in Markdown and in HTML: the same words in both, whatever they hold; tables that can be read aloud."""

import re

import pytest
from lxml import html
from rich.markdown import Markdown

from exports.pages.page import Bullets, Code, Page, Paragraph, Section, Table, as_html, as_markdown

HOSTILE = [
    "<script>alert(1)</script> & more",
    "a | pipe, a `tick`, *stars*, _under_score_ and [a link](http://example.org)",
    "# not a heading",
    "- not a list",
    "12. not a list either",
    "> not a quote",
    "back\\slash and ~~struck~~",
    "a\nline | of its own",
    "&lt; is written so",
    "",
]


def words(text: str) -> str:
    """Text with its spaces and line ends made one."""
    return re.sub(r"\s+", " ", text).strip()


def page_with(text: str) -> Page:
    return Page(
        text or "Title",
        [Section(f"A {text}"), Paragraph(text or "Text"), Bullets([text or "Item"]), Table("Of", ["Name", "N"], [[text, "1"]])],
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_html_shows_text_as_it_stands(text: str) -> None:
    root = html.fromstring(as_html(page_with(text)))
    shown = words(text)
    assert [words(each.text_content()) for each in root.findall(".//h1")] == [shown or "Title"]
    assert words(root.find(".//h2").text_content()) == words(f"A {text}")
    assert words(root.find(".//p").text_content()) == (shown or "Text")
    assert words(root.find(".//ul/li").text_content()) == (shown or "Item")
    assert words(root.find(".//tbody/tr/th").text_content()) == shown
    assert root.findall(".//script") == []


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_text_as_it_stands(text: str) -> None:
    """Read by another library than the one that would have written it: markdown-it, through rich."""
    tokens = Markdown(as_markdown(page_with(text))).parsed
    inline = [token for token in tokens if token.type == "inline"]
    shown = ["".join(child.content for child in token.children if child.type in ("text", "text_special")) for token in inline]
    text = words(text)
    assert [words(each) for each in shown] == [
        text or "Title",
        words(f"A {text}"),
        text or "Text",
        text or "Item",
        "Of",
        "Name",
        "N",
        text,
        "1",
    ]


@pytest.mark.parametrize("text", ["select 1;\n\n  select '<b>' | '`' ;", "```\nwithin\n````"])
def test_lines_to_paste_are_pasted_as_they_are(text: str) -> None:
    page = Page("Title", [Bullets(["before"]), Code(text)])
    assert html.fromstring(as_html(page)).find(".//pre").text_content() == text
    (fence,) = [token for token in Markdown(as_markdown(page)).parsed if token.type == "fence"]
    assert fence.content == f"{text}\n"


def test_both_renderings_hold_the_same_cells() -> None:
    table = Table(
        "Schools", ["Region", "Schools"], [["North East", "1,057"], ["England", "20,435"]], frozenset({1}), frozenset({1})
    )
    page = Page("Title", [Section("One"), table])
    root = html.fromstring(as_html(page))
    cells = [[cell.text_content() for cell in row] for row in root.findall(".//tr")]
    assert cells == [list(table.headings), *map(list, table.rows)]
    lines = as_markdown(page).splitlines()
    assert [line for line in lines if line.startswith("|")] == [
        "| Region | Schools |",
        "| --- | --: |",
        "| North East | 1,057 |",
        "| **England** | **20,435** |",
    ]


def test_tables_have_captions_and_headings_with_a_scope_and_can_be_scrolled_by_keyboard() -> None:
    root = html.fromstring(as_html(Page("Title", [Table("Of schools", ["Region", "Schools"], [["London", "1"]], frozenset({1}))])))
    assert root.get("lang") == "en-GB"
    assert root.find(".//caption").text == "Of schools"
    assert [cell.get("scope") for cell in root.findall(".//thead//th")] == ["col", "col"]
    assert [cell.get("scope") for cell in root.findall(".//tbody//th")] == ["row"]
    box = root.find(".//table").getparent()
    assert (box.get("role"), box.get("tabindex"), box.get("aria-label")) == ("region", "0", "Of schools")


def test_the_contents_lead_to_every_section_and_nothing_comes_from_elsewhere() -> None:
    text = as_html(Page("Title", [Section("First, and more"), Section("Below it", 3), Section("Second")]))
    root = html.fromstring(text)
    links = [each.get("href") for each in root.findall(".//nav//a")]
    assert links == ["#first-and-more", "#second"]
    assert {link.removeprefix("#") for link in links} < {each.get("id") for each in root.iter("h2", "h3")}
    text = text.replace('<link rel="icon" href="data:,">', "")  # no icon, so that no browser asks for one
    assert not re.search(r"(src|href)=\"(?!#)|url\(|@import|<link|<img", text)


def test_a_row_with_too_few_cells_is_refused() -> None:
    with pytest.raises(ValueError, match="Of schools"):
        Table("Of schools", ["Region", "Schools"], [["London"]])


def test_a_warning_stands_out_in_both() -> None:
    page = Page("Title", [Paragraph("Not real.", "warning")])
    assert '<p class="warning">Not real.</p>' in as_html(page)
    assert "> **Not real.**" in as_markdown(page)


def test_a_page_names_its_feed_to_programs_where_it_has_one() -> None:
    page = Page("Title", [Paragraph("Text")])
    assert html.fromstring(as_html(page, feed="changes.atom")).xpath("//link[@rel='alternate']/@href") == ["changes.atom"]
    assert not html.fromstring(as_html(page)).xpath("//link[@rel='alternate']")
