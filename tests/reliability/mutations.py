"""What can happen to a file between its publisher and us, one small thing at a time: bytes and lines.

Every mutation takes the bytes and a source of chance and gives bytes; its name is its function's.
Those of fields and columns stand in ``table_mutations.py``.
"""

from __future__ import annotations

import random
from collections.abc import Callable

Chance = random.Random
Mutation = Callable[[bytes, Chance], bytes]

MUTATIONS: dict[str, Mutation] = {}


def _on_bytes(function: Mutation) -> Mutation:
    MUTATIONS[function.__name__.replace("_", "-")] = function
    return function


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


# --- bytes ---------------------------------------------------------------------------------------------------------------------


@_on_bytes
def byte_changed(content: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([chance.randrange(256)]) + content[at + 1 :]


@_on_bytes
def bit_flipped(content: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


@_on_bytes
def bytes_lost(content: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + content[at + chance.choice([1, 1, 2, 7, 64, 512]) :]


@_on_bytes
def bytes_put_in(content: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(content))
    piece = chance.choice(
        [b"\0", b"\x00" * 4096, b"\x1a", b"\r", b"\n", b",", b'"', b";", b"\t", b"\xff", b"\x85", b"\xef\xbb\xbf", b"  "]
    )
    return content[:at] + piece + content[at:]


@_on_bytes
def cut_anywhere(content: bytes, chance: Chance) -> bytes:
    return content[: chance.randrange(len(content))]


@_on_bytes
def cut_in_the_last_line(content: bytes, chance: Chance) -> bytes:
    last = len(_lines(content)[-1])
    return content[: len(content) - chance.randrange(1, last)] if last > 1 else content[:-1]


@_on_bytes
def cut_at_a_line_end(content: bytes, chance: Chance) -> bytes:
    lines = _lines(content)
    return b"".join(lines[: chance.randrange(1, len(lines))]) if len(lines) > 1 else content


@_on_bytes
def beginning_lost(content: bytes, chance: Chance) -> bytes:
    return content[chance.randrange(1, min(len(content), 3000)) :]


@_on_bytes
def piece_twice(content: bytes, chance: Chance) -> bytes:
    at, size = chance.randrange(len(content)), chance.randrange(1, 600)
    return content[: at + size] + content[at:]


@_on_bytes
def blocks_swapped(content: bytes, chance: Chance) -> bytes:
    one, two, three = sorted(chance.randrange(len(content)) for _ in range(3))
    return content[:one] + content[two:three] + content[one:two] + content[three:]


@_on_bytes
def in_another_encoding(content: bytes, chance: Chance) -> bytes:
    mark = content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig" if mark else "cp1252", errors="replace")
    return text.encode(
        chance.choice(["utf-16", "utf-16-le", "utf-8", "utf-8-sig", "utf-32", "cp1252", "cp437", "utf-7"]), errors="replace"
    )


@_on_bytes
def other_line_ends(content: bytes, chance: Chance) -> bytes:
    lines = content.replace(b"\r\n", b"\n")
    return lines.replace(b"\n", chance.choice([b"\r", b"\n", b"\r\n", b"\n\n", b"\r\r\n", b"\n\r"]))


@_on_bytes
def other_delimiters(content: bytes, chance: Chance) -> bytes:
    return content.replace(b",", chance.choice([b";", b"\t", b"|", b", "]))


@_on_bytes
def quotation_marks(content: bytes, chance: Chance) -> bytes:
    return content.replace(b'"', chance.choice([b"", b"'", b'""'])) if chance.random() < 0.5 else byte_at_a_comma(content, chance)


def byte_at_a_comma(content: bytes, chance: Chance) -> bytes:
    """A stray mark where a field begins or ends."""
    places = [at for at, byte in enumerate(content) if byte == ord(",")]
    at = chance.choice(places) + chance.randrange(2) if places else 0
    return content[:at] + b'"' + content[at:]


# --- lines ---------------------------------------------------------------------------------------------------------------------


@_on_bytes
def line_lost(content: bytes, chance: Chance) -> bytes:
    lines = _lines(content)
    del lines[chance.randrange(len(lines))]
    return b"".join(lines)


@_on_bytes
def line_twice(content: bytes, chance: Chance) -> bytes:
    lines = _lines(content)
    lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
    return b"".join(lines)


@_on_bytes
def lines_swapped(content: bytes, chance: Chance) -> bytes:
    lines = _lines(content)
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    return b"".join(lines)


@_on_bytes
def lines_joined(content: bytes, chance: Chance) -> bytes:
    lines = _lines(content)
    at = chance.randrange(len(lines))
    lines[at] = lines[at].rstrip(b"\r\n") + chance.choice([b"", b",", b" "])
    return b"".join(lines)


@_on_bytes
def half_twice(content: bytes, chance: Chance) -> bytes:
    lines = _lines(content)
    return b"".join([*lines, *lines[len(lines) // 2 :]])


@_on_bytes
def something_put_above_or_below(content: bytes, chance: Chance) -> bytes:
    line = chance.choice([b"\r\n", b"Extracted on 1 November 2026\r\n", b"Total,,,,,,12345\r\n", b",,,,,,,,\r\n", b"--- end ---\n"])
    return line + content if chance.random() < 0.4 else content + line
