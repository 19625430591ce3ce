"""Where a release is published to: the address that a person gives, and the store behind it."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from transforms.errors import InputError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

SETTING = "SCHOOLMATCH_PUBLISH_TO"
PUBLIC_SETTING = "SCHOOLMATCH_PUBLIC_URL"

_FORMS = "file:///folder, s3://bucket/prefix, gs://bucket/prefix or az://account/container/prefix"
_INSTALL = "make setup-bucket, or pip install 'schoolmatch[bucket]'"


@dataclass(frozen=True)
class Address:
    """A place that can be published to.

    ``url``: as it was given, without a slash at its end; it holds no secret. ``public``: where readers find the same over HTTPS;
    None where nobody has said it and it cannot be told.
    """

    url: str
    public: str | None

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of this machine, which keeps no kinds of content, and no rules of how long a copy is good."""
        return self.url.startswith("file:")

    def store(self) -> ObjectStore:
        """The store, with the credentials of its cloud's own conventions (variables of the environment, the machine's role).

        Raises InputError where the library is not installed, or cannot make sense of the settings.
        """
        try:
            from obstore.store import from_url
        except ImportError as error:
            raise InputError(f"{self.url} is asked for, and what speaks to buckets is not installed", do=_INSTALL) from error
        with told(self, "opened"):
            if self.is_folder:
                return from_url(self.url, mkdir=True, automatic_cleanup=True)
            if self.url.startswith("s3:") and (endpoint := _endpoint()):
                # of a store of one's own, as AWS's own tools know it; http:// is what its owner has chosen
                return from_url(self.url, endpoint=endpoint, client_options={"allow_http": endpoint.startswith("http:")})
            return from_url(self.url)


def address(given: str | None = None) -> Address | None:
    """The address given, else that of the environment; None where there is none.

    Raises InputError where it is of a kind that is not known, or holds a secret, which would be in logs and lists of processes.
    """
    url = (given or os.environ.get(SETTING) or "").strip()
    if not url:
        return None
    what = "The address" if given else SETTING
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise InputError(f"{what} is no address: {error}", expected=_FORMS) from error
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(
            f"{what} holds more than an address: a name, a password or a token",
            expected=_FORMS,
            do="give credentials as the cloud's own tools read them (AWS_ACCESS_KEY_ID and such, or the machine's role)",
        )
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        url = Path(parts.path).as_uri() if "%" not in parts.path else url
    elif parts.scheme not in ("s3", "gs", "az") or not parts.netloc or (parts.scheme == "az" and not parts.path.strip("/")):
        raise InputError(f"{what} is no place that can be published to: {url}", expected=_FORMS)
    public = (os.environ.get(PUBLIC_SETTING) or "").strip().rstrip("/") or _public(parts)
    return Address(url.rstrip("/"), public)


def _public(parts: SplitResult) -> str | None:
    """Where a bucket that is open to all is read, by the conventions of the clouds."""
    path = quote(parts.path.rstrip("/"))
    if parts.scheme == "gs":
        return f"https://storage.googleapis.com/{parts.netloc}{path}"
    if parts.scheme == "az":
        return f"https://{parts.netloc}.blob.core.windows.net{path}"
    if parts.scheme == "s3":
        if own := _endpoint():
            return f"{own}/{parts.netloc}{path}"
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        return f"https://{parts.netloc}.s3.{region}.amazonaws.com{path}"
    return None


def _endpoint() -> str | None:
    given = (os.environ.get(name) for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"))
    return next((each.strip().rstrip("/") for each in given if each and each.strip()), None)


@contextmanager
def told(place: Address, what: str, then: str = "schoolmatch publish, which goes on where this ended") -> Iterator[None]:
    """What the library of stores raises, as InputError: a sentence, without its signed addresses.

    ``what``: what was tried, as in "could not be ..."; ``then``: what to do once the store is as it should be.
    """
    from obstore import exceptions

    try:
        yield
    except (exceptions.BaseError, OSError, ValueError) as error:
        text = str(error)
        answer = re.search(r"status code: ((\d{3})[ A-Za-z]*)", text)
        code = int(answer[2]) if answer else None
        if code in (401, 403) or isinstance(error, (exceptions.UnauthenticatedError, exceptions.PermissionDeniedError)):
            do = "look whether the credentials are right, and may list, read, write and delete there"
        elif code == 404 or isinstance(error, (exceptions.NotFoundError, FileNotFoundError)):
            do = "look whether the bucket is there, and nobody deletes what is in it"
        elif code in (507, 413) or os.strerror(errno.ENOSPC) in text:
            do = f"make room there; then: {then}"
        else:
            do = f"look whether the store can be reached; then: {then}"
        said = f"it answered {answer[1].strip()}" if answer else _first_line(text) or type(error).__name__
        raise InputError(f"{place.url} could not be {what}: {said}", do=do) from None


def _first_line(text: str) -> str:
    """Without the queries of addresses, which can be signatures."""
    return re.sub(r"\?[^\s\"')]*", "", text.strip().partition("\n")[0])[:300]
