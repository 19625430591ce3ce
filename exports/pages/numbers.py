"""How the pages on a study write numbers, and what cannot be told. What does not belong here: sentences."""

from __future__ import annotations

from exports.words import in_words

NOT_KNOWN = "–"
CANNOT_BE_TOLD = "cannot be told"
"""For a figure that is withheld: what was found says more of the files than of the schools."""

OUR_CHOICE = "Our choice"
"""How the source of a parameter begins that no publisher has set."""


def one(value: float | None) -> str:
    """With one decimal."""
    return NOT_KNOWN if value is None else f"{value:,.1f}".replace("-", "−")


def short(value: float | None, *, is_year: bool = False) -> str:
    """With as many decimals as it has, two at most."""
    if value is None:
        return NOT_KNOWN
    shown = f"{value:.2f}" if is_year else f"{value:,.2f}"
    return shown.rstrip("0").rstrip(".").replace("-", "−")


def told(value: float | None) -> str:
    """A count that may be withheld."""
    return CANNOT_BE_TOLD if value is None else short(value)


def name_of(code: str | None) -> str:
    """A phase or a setting as a word; None: all phases."""
    return "All phases" if code is None else in_words(code).capitalize()


def parameter_in_words(parameter: str) -> str:
    """A parameter's name in words: Floor KS2 reading progress."""
    names = {
        "ks2": "KS2",
        "ks4": "KS4",
        "rwm": "reading, writing and maths",
        "progress8": "Progress 8",
        "level4": "level 4",
        "gcses": "GCSEs",
    }
    words = [names.get(word, word) for word in parameter.split("_")]
    return " ".join([words[0].capitalize(), *words[1:]])
