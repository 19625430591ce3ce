"""What can happen to the fields and columns of a file, and to the forms of what stands in them: see ``mutations.py``."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from tests.reliability.mutations import MUTATIONS, Chance

Rows = list[list[str]]


def _on_rows(function: Callable[[Rows, Chance], None]) -> Callable[[Rows, Chance], None]:
    """A mutation of the table: it is read and written with the csv module, in the encoding, quotes and line ends that it has."""

    def mutate(content: bytes, chance: Chance) -> bytes:
        mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
        text = content.removeprefix(mark).decode("latin-1")
        rows = list(csv.reader(io.StringIO(text, newline="")))
        function(rows, chance)
        out = io.StringIO(newline="")
        quoting = csv.QUOTE_ALL if text.startswith('"') else csv.QUOTE_MINIMAL
        csv.writer(out, lineterminator="\r\n" if "\r\n" in text else "\n", quoting=quoting).writerows(rows)
        return mark + out.getvalue().encode("latin-1", errors="replace")

    MUTATIONS[function.__name__.replace("_", "-")] = mutate
    return function


def _cell(rows: Rows, chance: Chance, wanted: Callable[[str], bool] = bool) -> tuple[list[str], int] | None:
    """A cell with something in it, or of a sort, anywhere below the first row."""
    for _ in range(60):
        row = chance.choice(rows[1:] or rows)
        if row and wanted(row[place := chance.randrange(len(row))]):
            return row, place
    return None


def _header(rows: Rows) -> int:
    """Where the header is: the first row that is as wide as most."""
    widths = [len(row) for row in rows]
    return next((number for number, row in enumerate(rows) if sum(map(bool, row)) > max(widths) / 2), 0)


# --- fields --------------------------------------------------------------------------------------------------------------------


@_on_rows
def field_lost(rows: Rows, chance: Chance) -> None:
    row = chance.choice(rows)
    if row:
        del row[chance.randrange(len(row))]


@_on_rows
def field_too_many(rows: Rows, chance: Chance) -> None:
    row = chance.choice(rows)
    row.insert(chance.randrange(len(row) + 1), chance.choice(["", "1", "x", "NULL"]))


@_on_rows
def fields_shifted(rows: Rows, chance: Chance) -> None:
    row = chance.choice(rows)
    if len(row) > 1:
        row.insert(chance.randrange(len(row)), row.pop(chance.randrange(len(row))))


@_on_rows
def fields_swapped(rows: Rows, chance: Chance) -> None:
    row = chance.choice(rows)
    if len(row) > 1:
        one, two = chance.randrange(len(row)), chance.randrange(len(row))
        row[one], row[two] = row[two], row[one]


@_on_rows
def row_ends_early(rows: Rows, chance: Chance) -> None:
    row = chance.choice(rows)
    if len(row) > 1:
        del row[chance.randrange(1, len(row)) :]


@_on_rows
def field_of_another_row(rows: Rows, chance: Chance) -> None:
    if found := _cell(rows, chance, lambda _: True):
        row, place = found
        other = chance.choice(rows[1:] or rows)
        row[place] = other[place] if place < len(other) else ""


@_on_rows
def field_blanked(rows: Rows, chance: Chance) -> None:
    if found := _cell(rows, chance):
        found[0][found[1]] = chance.choice(["", " ", "NULL", "N/A", "-", "Not applicable", "None", "0", "#N/A", "nan", "?"])


@_on_rows
def spaces(rows: Rows, chance: Chance) -> None:
    if found := _cell(rows, chance):
        row, place = found
        row[place] = chance.choice(["  {}", "{} ", "\t{}", "\xa0{}", "{}\xa0"]).format(row[place])


@_on_rows
def letter_case(rows: Rows, chance: Chance) -> None:
    if found := _cell(rows, chance, lambda text: text.upper() != text.lower()):
        row, place = found
        row[place] = chance.choice([str.upper, str.lower, str.swapcase, str.title])(row[place])


@_on_rows
def number_in_another_form(rows: Rows, chance: Chance) -> None:
    if found := _cell(rows, chance, lambda text: text.strip("%").replace(".", "").replace("-", "").isdigit()):
        row, place = found
        text = row[place]
        forms = (
            "1e5", "1E2", "inf", "-inf", "nan", "1e30", "99999999999", "-1", "1,234", "1,23", "1_000", "0x1F", "+5", "5-",
            "(5)", "\xb2", "1 234", "--1", "1.2.3", "101%", "-5%", "0.5%%", "\xbd", "TRUE", "1/2", "12:30", f"{text}0000000",
            f"{text}.5", f"'{text}", f"={text}", f"{text},0", f"{text} ", f"{text}e3", f"0{text}", text.lstrip("0") or "0",
            f"{text}.0", text.replace(".", ","), f"£{text}", f"{text}*", f"<{text}", f"-{text}",
        )  # fmt: skip
        row[place] = chance.choice(forms)


@_on_rows
def leading_zeros_lost(rows: Rows, chance: Chance) -> None:
    """In a whole column, as a spreadsheet program does."""
    place = chance.randrange(len(rows[_header(rows)]))
    for row in rows[_header(rows) + 1 :]:
        if place < len(row) and row[place].isdigit():
            row[place] = row[place].lstrip("0") or "0"


@_on_rows
def date_in_another_form(rows: Rows, chance: Chance) -> None:
    if found := _cell(rows, chance, lambda text: len(text) == 10 and text[2:3] in ("-", "/") and text[5:6] in ("-", "/")):
        row, place = found
        day, month, year = row[place][:2], row[place][3:5], row[place][6:]
        forms = (
            f"{year}-{month}-{day}", f"{day}.{month}.{year}", f"{day}/{month}/{year[2:]}", f"{month}/{day}/{year}",
            "31/02/2020", f"{year}{month}{day}", f"{year}-{month}-{day} 00:00:00", f"{day}-Sep-{year[2:]}", "43831",
            "00/00/0000", "01/01/1900", "1/1/20", f"{day}/{month}/{year} 10:00", f"{day}/13/{year}", "99/99/9999",
            f"{int(day)}/{int(month)}/{year}",
        )  # fmt: skip
        row[place] = chance.choice(forms)


@_on_rows
def code_replaced(rows: Rows, chance: Chance) -> None:
    if found := _cell(rows, chance, lambda text: 0 < len(text) <= 4):
        found[0][found[1]] = chance.choice(["03", "98", "ZZ", "7", "X", "-", "1A", "9999", "é", "00", "5", "SP", "z"])


@_on_rows
def word_of_a_column_replaced(rows: Rows, chance: Chance) -> None:
    """In every row that has it, as a publisher does who has a new word."""
    if found := _cell(rows, chance, lambda text: text.upper() != text.lower()):
        row, place = found
        old = row[place]
        new = chance.choice(["{} (new)", "The {}", "{}s", "New {}", "X", "{}."]).format(old)
        for each in rows[_header(rows) + 1 :]:
            if place < len(each) and each[place] == old:
                each[place] = new


@_on_rows
def odd_letters(rows: Rows, chance: Chance) -> None:
    if found := _cell(rows, chance):
        row, place = found
        at = chance.randrange(len(row[place]) + 1)
        row[place] = (
            row[place][:at]
            + chance.choice(["\x00", "\x1b[2J", "\x7f", "\xad", "\x85", "\n", "\r", "\t", '"', "\x9d"])
            + row[place][at:]
        )


# --- columns -------------------------------------------------------------------------------------------------------------------


def _of_every_row(rows: Rows, change: Callable[[list[str]], None]) -> None:
    for row in rows[_header(rows) :]:
        change(row)


@_on_rows
def column_lost(rows: Rows, chance: Chance) -> None:
    place = chance.randrange(len(rows[_header(rows)]))
    _of_every_row(rows, lambda row: row.pop(place) and None if place < len(row) else None)


@_on_rows
def column_twice(rows: Rows, chance: Chance) -> None:
    width = len(rows[_header(rows)])
    place, to = chance.randrange(width), chance.randrange(width + 1)
    _of_every_row(rows, lambda row: row.insert(min(to, len(row)), row[place]) if place < len(row) else None)


@_on_rows
def column_twice_and_differs(rows: Rows, chance: Chance) -> None:
    start = _header(rows)
    width = len(rows[start])
    place, to = chance.randrange(width), chance.randrange(width + 1)
    other = chance.choice(["", "1", "NULL"])
    for number, row in enumerate(rows[start:]):
        row.insert(min(to, len(row)), row[place] if number == 0 else other)


@_on_rows
def columns_swapped(rows: Rows, chance: Chance) -> None:
    """Headings and all: nothing has changed."""
    width = len(rows[_header(rows)])
    one, two = chance.randrange(width), chance.randrange(width)

    def swap(row: list[str]) -> None:
        if max(one, two) < len(row):
            row[one], row[two] = row[two], row[one]

    _of_every_row(rows, swap)


@_on_rows
def headings_swapped(rows: Rows, chance: Chance) -> None:
    header = rows[_header(rows)]
    one, two = chance.randrange(len(header)), chance.randrange(len(header))
    header[one], header[two] = header[two], header[one]


@_on_rows
def heading_renamed(rows: Rows, chance: Chance) -> None:
    header = rows[_header(rows)]
    place = chance.randrange(len(header))
    header[place] = chance.choice(["{} ", "{}2", "X{}", "{} (code)", "", "  {}", "{}\n"]).format(header[place])


@_on_rows
def heading_in_other_letters(rows: Rows, chance: Chance) -> None:
    header = rows[_header(rows)]
    place = chance.randrange(len(header))
    header[place] = chance.choice([str.upper, str.lower, str.title])(header[place])


@_on_rows
def column_emptied(rows: Rows, chance: Chance) -> None:
    start = _header(rows)
    place = chance.randrange(len(rows[start]))
    for row in rows[start + 1 :]:
        if place < len(row):
            row[place] = ""


@_on_rows
def columns_in_another_order(rows: Rows, chance: Chance) -> None:
    width = len(rows[_header(rows)])
    order = chance.sample(range(width), width)

    def put(row: list[str]) -> None:
        if len(row) == width:
            row[:] = [row[place] for place in order]

    _of_every_row(rows, put)


@_on_rows
def column_put_in(rows: Rows, chance: Chance) -> None:
    start = _header(rows)
    place = chance.randrange(len(rows[start]) + 1)
    for number, row in enumerate(rows[start:]):
        row.insert(min(place, len(row)), "A new column" if number == 0 else "x")


@_on_rows
def column_up_by_one(rows: Rows, chance: Chance) -> None:
    """The values of one column stand a row too high, as after a cell was deleted in a spreadsheet."""
    start = _header(rows) + 1
    if len(rows) > start + 1:
        place = chance.randrange(min(map(len, rows[start:])) or 1)
        values = [row[place] if place < len(row) else "" for row in rows[start:]]
        for row, value in zip(rows[start:], [*values[1:], ""], strict=True):
            if place < len(row):
                row[place] = value
