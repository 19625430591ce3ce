"""Where the publishers' servers are, and how we behave towards them. Paths below the addresses: ``find.py`` and the cards."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version


def user_agent(contact: str | None = None) -> str:
    """Who is asking, and whom the publisher can write to."""
    return f"schoolmatch/{version('schoolmatch')}" + (f" (+{contact})" if contact else "")


@dataclass(frozen=True)
class Manners:
    """How a publisher's server is asked; times in seconds.

    ``timeout``: without a byte. ``connect_timeout``: until a server takes the call: a slow line needs a second, and behind a
    firewall a person should soon be told. ``longest_transfer``: of one attempt. ``progress_every``: between lines that say how far
    a download is. ``first_wait``: before the second attempt; it doubles, with jitter. ``longest_wait``: no pause is longer; a
    publisher who asks for more (Retry-After) is left alone until the next run.
    """

    user_agent: str = field(default_factory=user_agent)
    timeout: float = 30.0
    connect_timeout: float = 10.0
    progress_every: float = 15.0
    longest_transfer: float = 900.0
    attempts: int = 4
    first_wait: float = 1.0
    longest_wait: float = 120.0


@dataclass(frozen=True)
class Addresses:
    """Base addresses of the publishers, without a slash at the end. ONS: its services, and the portal that says where they are."""

    gias: str = "https://ea-edubase-api-prod.azurewebsites.net"
    govuk: str = "https://www.gov.uk"
    ees: str = "https://api.education.gov.uk"
    ons: str = "https://services1.arcgis.com"
    arcgis: str = "https://www.arcgis.com"
    manners: Manners = field(default_factory=Manners)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Addresses:
        """The real addresses, except where ``SCHOOLMATCH_<NAME>_URL`` names another; ``SCHOOLMATCH_CONTACT`` for the user agent."""
        given = {
            name: environment[variable].rstrip("/")
            for name in ("gias", "govuk", "ees", "ons", "arcgis")
            if environment.get(variable := f"SCHOOLMATCH_{name.upper()}_URL")
        }
        return cls(**given, manners=Manners(user_agent=user_agent(environment.get("SCHOOLMATCH_CONTACT"))))
