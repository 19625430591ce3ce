"""What schools and trusts are called: invented names from common English words, saints and place-name elements.

What belongs here: the patterns. What does not: the words (`words`), which school is of which kind or faith.
A name may still be that of a real school ("St Mary's Catholic Primary School" is in many towns): the URN tells them
apart. Some names hold characters that only Windows-1252 has at their place: ’ – é ç.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from warehouse.sample import words
from warehouse.sample.model import Floats, Texts

MARK = "(synthetic)"
_NORTH = 370_000  # metres north: where "-thwaite" takes over from "-combe"
_PRIMARY_ENDINGS = ("Primary School", "Community Primary School", "Primary Academy", "Junior and Infant School")
_SECONDARY_ENDINGS = ("High School", "School", "Academy", "Community School", "College", "Sports College")
_TRUST_ENDINGS = {
    "general": ("Learning Trust", "Academies Trust", "Education Trust", "Schools Partnership", "Academy Trust"),
    "Roman Catholic": ("Catholic Academy Trust", "Catholic Education Trust", "Catholic Schools Partnership"),
    "Church of England": ("Anglican Academies Trust", "Church Schools Trust", "Diocesan Learning Trust"),
}


def places_names(rng: np.random.Generator, northing: Floats) -> list[str]:
    """Invent a village or suburb for each school, with endings of the north or the south of England."""
    roots = rng.integers(0, len(words.ROOTS), len(northing))
    endings = rng.integers(0, len(words.ENDINGS_SOUTH), len(northing))
    made = []
    for root, ending, north in zip(roots, endings, northing, strict=True):
        endings_there = words.ENDINGS_NORTH if north > _NORTH else words.ENDINGS_SOUTH
        made.append((words.ROOTS[root] + endings_there[ending]).replace("lll", "ll"))
    return made


def towns(postcodes: Texts) -> list[str]:
    """Return the post town of each postcode's area, "" for an area without one."""
    areas = [code[:2].rstrip("0123456789") for code in postcodes.tolist()]
    return [words.POST_TOWNS.get(area, "") for area in areas]


def streets(rng: np.random.Generator, size: int) -> list[str]:
    """Return a house number and street for each school."""
    which, number = rng.integers(0, len(words.STREETS), size), rng.integers(1, 120, size)
    return [f"{at} {words.STREETS[street]}" for at, street in zip(number.tolist(), which.tolist(), strict=True)]


def school_names(
    rng: np.random.Generator, kind: Texts, stage: Texts, faith: Texts, type_code: Texts, place: Sequence[str]
) -> list[str]:
    """Name each school by its kind, stage ("infant", "junior", "first", "middle", "grammar" or ""), faith and type."""
    draws = rng.random((len(kind), 3))
    rows = zip(kind, stage, faith, type_code, place, draws, strict=True)
    return [_school_name(*row) for row in rows]


def _school_name(kind: str, stage: str, faith: str, type_code: str, place: str, draw: Floats) -> str:
    first, second, third = draw
    if kind == "special":
        return f"{_one(words.PLEASANT, first)} {'Academy' if type_code == '44' and second < 0.4 else 'School'}"
    if kind == "alternative_provision":
        ending = "Pupil Referral Unit" if type_code == "14" and second < 0.6 else "Centre" if second < 0.8 else "Academy"
        return f"{place} {ending}"
    if kind == "nursery":
        return f"{_one(words.PLEASANT, first) if second < 0.6 else place} Nursery School"
    if kind == "sixteen_plus":
        return f"{place} Sixth Form College"
    if kind in ("independent", "welsh"):
        return f"{place} {_one(('House School', 'Preparatory School', 'College', 'Manor School'), first)}"
    if type_code in ("40", "41"):
        return f"{place} {'UTC' if type_code == '40' else 'Studio School'}"
    name, word = _dedication(faith, place, first, second)
    if stage == "grammar":
        return f"{place} Grammar School" if third < 0.8 else f"Queen Anne’s Grammar School, {place}"
    if stage:
        return f"{name} {word}{stage.capitalize()} School"
    endings = _PRIMARY_ENDINGS if kind == "primary" else _SECONDARY_ENDINGS
    share = (0.75, 0.9, 0.97) if kind == "primary" else (0.3, 0.6, 0.85, 0.93, 0.98)
    ending = endings[sum(third >= edge for edge in share)]
    if word:
        ending = endings[0] if third < 0.9 else "Academy"
        if type_code == "03" and second < 0.4:
            ending = f"Voluntary Controlled {ending}"
        if third > 0.996:
            return f"{name} – A {word.strip()} Academy"
    elif type_code == "35" and second < 0.3:
        ending = "Free School"
    return f"{name} {word}{ending}"


def _dedication(faith: str, place: str, first: float, second: float) -> tuple[str, str]:
    """Return what the school is named after, and the word its faith adds ("CofE ")."""
    if faith == "Roman Catholic":
        return _saint(first, second) if second < 0.8 else _one(words.CATHOLIC, first), "Catholic "
    if faith.startswith("Church of England"):
        word = "CofE " if first < 0.8 else "Church of England "
        if second < 0.45:
            return _saint(first, second * 2), word
        return (_one(words.ANGLICAN, first) if second < 0.55 else place), word
    if faith in words.OTHER_FAITH:
        return f"{_one(words.OTHER_FAITH[faith], first)} {place}", f"{faith} "
    if second < 0.003:
        return _one(words.WITH_ACCENT, first), ""
    if second < 0.3:
        return _one(words.PLEASANT, first), ""
    return (f"{place} Road" if second < 0.38 else place), ""


def _saint(first: float, second: float) -> str:
    name = _one(words.SAINTS, first)
    apostrophe = "’" if second < 0.06 else "'"
    return f"St {name}{apostrophe}" if name.endswith("s") and second < 0.5 else f"St {name}{apostrophe}s"


def trust_names(rng: np.random.Generator, faith: Texts) -> list[str]:
    """Return a name for each trust, all different; `faith` is a key of the endings. Each is marked as synthetic."""
    stems = len(words.TRUST_ROOTS) * len(words.TRUST_SECOND)
    order = rng.permutation(stems)
    upper = rng.random(len(faith)) < 0.08  # GIAS holds some names in capitals
    ending = rng.random(len(faith))
    made = []
    for at, which in enumerate(faith):
        stem = order[at % stems]
        second = words.TRUST_SECOND[stem % len(words.TRUST_SECOND)]
        parts = [
            words.TRUST_ROOTS[stem // len(words.TRUST_SECOND)],
            second,
            _one(_TRUST_ENDINGS[str(which)], ending[at]),
        ]
        name = " ".join(word for word in parts if word) + (f" {at // stems + 1}" if at >= stems else "")
        made.append(f"{name.upper() if upper[at] else name} {MARK}")
    return made


def _one(choices: Sequence[str], draw: float) -> str:
    return choices[int(draw * 997) % len(choices)]
