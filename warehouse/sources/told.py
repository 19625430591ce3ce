"""What may be told of addresses and of publishers' words, in errors, states and logs: no secrets, on one line, not without end."""

from __future__ import annotations

import logging
import re

LONGEST = 2000
"""Characters of a publisher's own words, or of an error about them, that are told; the rest is counted."""

_TAKEN_OUT = "***"

# A password may hold what an address may not (a slash, a question mark) where nobody has escaped it. Digits after the colon are a
# port.
_USER = re.compile(
    r"""(//)(?:[^\s/?#@:]*:(?!\d{1,5}(?:[/?#\s]|$))[^\s@]*|[^\s/?#@]*)@(?:[^\s/?#@]*@)*
    |(?<![\w/:])[\w.+%-]+:[^\s/@]+@(?=[\w\[])  # of an address whose beginning was forgotten""",
    re.VERBOSE,
)
_SECRET_NAME = r"""[\w.~%-]*(?:token|secret|passw|pwd|signature|credential|auth|accesskey|session)[\w.~%-]*
    |[\w.~%-]*key|sig|sas|code|jwt|hmac|user|username|login"""
_SECRET = re.compile(rf"([?&;#](?:{_SECRET_NAME})=)[^\s&;#'\"<>)]*", re.IGNORECASE | re.VERBOSE)


def without_secrets(text: str) -> str:
    """A text whose addresses have no user names, no passwords, and no values of parameters that are named like a secret."""
    return _SECRET.sub(rf"\1{_TAKEN_OUT}", _USER.sub(lambda found: found[1] or "", text))


def told(text: str) -> str:
    """A text that can stand in a sentence: without secrets, on one line, without control characters, of at most ``LONGEST``."""
    line = " ".join(text[: 2 * LONGEST].split())  # what is cut off is not looked through: it may be megabytes
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
