"""The shapes of publishers' answers: what is needed of each, of the right type and of a size that there is.

What they have beside that is not looked at: publishers add fields. ``Client.get`` reads an answer into its shape.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, model_validator
from pydantic_core import PydanticCustomError

MOST = 5000
"""Members of a list in an answer; ONS gives 2,000 rows at a time, GOV.UK's longest list of attachments is of hundreds."""

Text = Annotated[str, Field(max_length=500)]
Address = Annotated[str, Field(max_length=2000)]
Cell = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")] | int | float | None
_List = Field(max_length=MOST, fail_fast=True)


class Answer(BaseModel):
    """A part of an answer: strict about types, careless of what is not asked for."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True, allow_inf_nan=False)


class Attachment(Answer):
    """A file that a page of GOV.UK lists; one that is a page of its own has no content type."""

    title: Text = ""
    url: Address | None = None
    content_type: Text | None = None


class _Details(Answer):
    attachments: Annotated[list[Attachment], _List]


class ContentItem(Answer):
    """GOV.UK's content API: a page."""

    details: _Details


class _Periods(Answer):
    end: Text | None = None


class Version(Answer):
    """A version of a data set of Explore Education Statistics; in short, as the latest one, it has no status."""

    version: str = Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){1,2}$")
    status: Text = "Published"
    published: datetime | None = None
    periods: _Periods | None = Field(default=None, alias="timePeriods")

    @property
    def number(self) -> tuple[int, ...]:
        """2.10 is newer than 2.9."""
        return tuple(int(part) for part in self.version.split("."))


class DataSet(Answer):
    """A data set of Explore Education Statistics."""

    latest: Version = Field(alias="latestVersion")


class _Paging(Answer):
    total: NonNegativeInt = Field(alias="totalResults")


class Versions(Answer):
    """A page of the list of a data set's versions."""

    results: Annotated[list[Version], _List]
    paging: _Paging


class Changes(Answer):
    """What changed with a version; of a kind that did not change there is a null."""

    major: dict[Text, Any] | None = Field(default=None, alias="majorChanges")


class Service(Answer):
    """An answer of ArcGIS, which reports errors with status 200."""

    @model_validator(mode="before")
    @classmethod
    def _is_no_error(cls, answer: Any) -> Any:
        if isinstance(answer, dict) and "error" in answer:
            said = json.dumps(answer["error"], ensure_ascii=False)[:1000]
            raise PydanticCustomError("service_error", "the service reports an error ({said})", {"said": said})
        return answer


class Item(Service):
    """An item of the portal: where its service is, and when it was changed (milliseconds since 1970, up to the year 9999)."""

    url: Address
    modified: int = Field(ge=0, lt=253_402_300_800_000)


class Count(Service):
    """How many rows a table has."""

    count: NonNegativeInt


class _Row(Answer):
    attributes: dict[Text, Cell]


class Rows(Service):
    """A page of a table's rows."""

    features: Annotated[list[_Row], _List]
    has_more: bool | None = Field(default=None, alias="exceededTransferLimit")
