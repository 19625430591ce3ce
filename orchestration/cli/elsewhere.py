"""The commands of those who publish to a bucket, and of those who read there: ``publish``, ``attach``."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import subprocess
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from orchestration.cli.terminal import HomeOption, console, errors, show_progress
from transforms.errors import InputError
from transforms.text import counted
from warehouse import durable
from warehouse.home import Home

app = typer.Typer()


@app.command()
def publish(
    home: HomeOption = None,
    *,
    to: Annotated[
        str | None,
        typer.Option("--to", help="file://, s3://, gs:// or az:// address. Default: SCHOOLMATCH_PUBLISH_TO.", show_default=False),
    ] = None,
) -> None:
    """Send the newest published folder to a bucket, or go on with what was sent of it before; a refresh does so by itself."""
    from exports.bucket import SETTING, address, publish_to
    from warehouse.publish import newest

    show_progress(logging.INFO)
    if (elsewhere := address(to)) is None:
        raise InputError(
            "Nobody has said where to publish to", do=f"give --to, or set {SETTING}, to an address such as s3://bucket/prefix"
        )
    release = publish_to(elsewhere, newest(Home.find(home)))
    console.print(
        f"{counted(release.sent, 'file')} sent, {release.already:,} there already: [bold]{escape(release.url)}[/]"
        + ("" if release.is_latest else " (a later release is the latest there)"),
        soft_wrap=True,
    )


@app.command()
def attach(
    url: Annotated[str, typer.Argument(help="Where a schoolmatch is published: https://…, or an s3://, gs:// or az:// address.")],
    *,
    run: Annotated[bool, typer.Option("--run", help="Start DuckDB's command line with it, where that is installed.")] = False,
    to: Annotated[
        str | None, typer.Option("--to", help="Fetch the file whole, and hold it against its hash.", show_default=False)
    ] = None,
) -> None:
    """The lines to paste into DuckDB to query what somebody has published, where it is."""
    from exports.bucket.page import attach as lines_for
    from warehouse.publish import DUCKDB_FILE

    place = Elsewhere(url)
    latest = place.latest()
    if latest.get("synthetic"):
        errors.print(f"[bold yellow]{escape(str(latest.get('label')))}[/]", soft_wrap=True)  # the lines may go into a program
    if to is not None:
        target = Path(to).expanduser()
        target = target / DUCKDB_FILE if target.is_dir() else target
        place.fetch(latest, target)
        console.print(f"Release {escape(latest['stamp'])}, as its hash says: [bold]{escape(str(target))}[/]", soft_wrap=True)
        return
    lines = [*place.secret, *lines_for(f"{place.root}/{latest['duckdb']}")]
    if not run:
        print("\n".join(lines))
        return
    if (program := shutil.which("duckdb")) is None:
        raise InputError(
            "DuckDB's command line is not installed", do="install it (duckdb.org), or paste the lines of schoolmatch attach"
        )
    command = [program, *(part for line in lines for part in ("-cmd", line))]
    raise typer.Exit(subprocess.run(command, check=False).returncode)


class Elsewhere:
    """Where somebody publishes, as a reader knows it."""

    def __init__(self, url: str) -> None:
        self.root = url.strip().rstrip("/").removesuffix("/latest.json").removesuffix("/index.html")
        scheme = self.root.partition("://")[0]
        if scheme not in ("https", "http", "s3", "gs", "az", "file"):
            raise InputError(f"{url} is no address", expected="https://…, s3://…, gs://… or az://…")
        self._is_web = scheme in ("https", "http")
        self.secret = {
            "s3": ["install aws; load aws; create secret (type s3, provider credential_chain);"],
            "az": ["install azure; load azure; create secret (type azure, provider credential_chain);"],
        }.get(scheme, [])

    def latest(self) -> dict[str, Any]:
        """What ``latest.json`` says. Raises InputError where there is none."""
        from exports.bucket import paths_of

        try:
            said = json.loads(self._read("latest.json"))
            if (said["duckdb"], said["manifest"]["path"]) != paths_of(said["stamp"]):  # what is printed here is pasted elsewhere
                raise ValueError(said["duckdb"])
            _ = str(said["manifest"]["sha256"])
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{self.root}/latest.json does not say what is published", do="look whether the address is right"
            ) from error
        return dict(said)

    def fetch(self, latest: dict[str, Any], target: Path) -> None:
        """The DuckDB file, written aside and named once it is as the release says. Raises InputError where it is not."""
        manifest = self._read(latest["manifest"]["path"])
        content = self._read(latest["duckdb"])
        name = latest["duckdb"].rpartition("/")[2]
        if _hash(manifest) != latest["manifest"]["sha256"] or _hash(content) != json.loads(manifest)["files"][name]["sha256"]:
            raise InputError(
                f"What came from {self.root} is not what was published there", do="try again, and tell who publishes it"
            )
        aside = target.with_name(f"{durable.PARTIAL}{target.name}-{os.getpid()}")
        try:
            aside.write_bytes(content)
            durable.sync(aside)
            durable.rename(aside, target)
        finally:
            aside.unlink(missing_ok=True)

    def _read(self, path: str) -> bytes:
        import httpx

        if not self._is_web:
            return self._read_from_store(path)
        try:
            answer = httpx.get(f"{self.root}/{path}", follow_redirects=True, timeout=60)
            answer.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise InputError(f"{self.root}/{path} could not be read: {error}", do="look whether the address is right") from error
        return answer.content

    def _read_from_store(self, path: str) -> bytes:
        import obstore

        from exports.bucket.address import address, told

        place = address(self.root)
        assert place is not None
        store = place.store()
        with told(place, "read"):
            return bytes(obstore.get(store, path).bytes())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
