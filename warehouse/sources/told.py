"""What may be told of addresses and of publishers' words, in errors, states and logs: no secrets, on one line, not without end."""

from __future__ import annotations

import logging
import re

LONGEST = 2000
"""Characters of a publisher's own words, or of an error about them, that are told; the rest is counted."""

_TAKEN_OUT = "***"

_OURS = r"""(?:dataSetVersion|page|pageSize|where|outFields|outSR|f|returnGeometry|orderByFields|returnCountOnly|resultOffset
    |resultRecordCount)="""
"""Parameters that we make ourselves. What others are called that hold a secret nobody can list, so of no other anything is told."""

# Of an address in the text of another, too, whose signs are escaped, however often.
_ENDS_PATH = re.compile(r"[?#;]|%(?:25)*(?:3f|23|3b)", re.IGNORECASE)
_PARTS_QUERY = re.compile(r"[?#;&]|%(?:25)*(?:3f|23|3b|26)", re.IGNORECASE)
_IS_OURS = re.compile(_OURS, re.VERBOSE)
_ADDRESS = re.compile(r"((?:[a-z][a-z0-9+.-]*:)?//)(\S+?)(?=[.,;:!)\]}'\"]*(?:\s|$))", re.IGNORECASE)
_FORGOTTEN_USER = re.compile(r"(?<![\w/:])[\w.+%-]+:[^\s/@]+@(?=[\w\[])")
_FORGOTTEN_QUERY = re.compile(
    rf"""([?&;\#]|%(?:25)*(?:3f|26|23|3b))(?!{_OURS})[\w.~%+\[\]-]{{1,100}}(?:=|%(?:25)*3d)[^\s&;\#'"<>)]*""",
    re.IGNORECASE | re.VERBOSE,
)


def told_address(text: str) -> str:
    """A whole address as it may be told: scheme, server, port, path, and the parameters that are ours.

    Who asks is whatever stands before the last "@": nobody has escaped it, so it may hold spaces, slashes and question marks.
    """
    scheme, slashes, rest = text.partition("//") if "//" in text else ("", "", text)
    return scheme + slashes + _server_and_path(rest)


def without_secrets(text: str) -> str:
    """A text in whose addresses there is no more than ``told_address`` leaves; also where the beginning of one was forgotten."""
    text = _ADDRESS.sub(lambda found: found[1] + _server_and_path(found[2]), text)
    return _FORGOTTEN_QUERY.sub(rf"\1{_TAKEN_OUT}", _FORGOTTEN_USER.sub("", text))


def _server_and_path(text: str) -> str:
    place = text.rpartition("@")[2]
    path = _ENDS_PATH.split(place, maxsplit=1)[0]
    parts = [part for part in _PARTS_QUERY.split(place[len(path) :]) if part]
    kept = [part for part in parts if _IS_OURS.match(part)]
    query = "&".join([*kept, _TAKEN_OUT] if len(kept) < len(parts) else kept)
    return f"{path}?{query}" if query else path


def told(text: str) -> str:
    """A text that can stand in a sentence: without secrets, on one line, without control characters, of at most ``LONGEST``."""
    line = " ".join(text[: 2 * LONGEST].split())  # what is cut off is not looked through: it may be megabytes
    if len(text) > 2 * LONGEST:  # of an address that is cut in two nobody could tell a password from a server
        line = line.rpartition(" ")[0] or line
    line = without_secrets("".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line))
    if len(line) <= LONGEST and len(text) <= 2 * LONGEST:
        return line
    cut = f"… ({len(text):,} characters)"
    return line[: LONGEST - len(cut)] + cut


class _WithoutSecrets(logging.Filter):
    """Lets every record pass, without the secrets of the addresses in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_secrets(record.getMessage()), None
        return True


_FILTER = _WithoutSecrets()


def guard_logs() -> None:
    """Take secrets out of what HTTPX and HTTP Core log: the whole address of every request, at level INFO."""
    for name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy"):
        logging.getLogger(name).addFilter(_FILTER)  # a filter that is there already is not added again
