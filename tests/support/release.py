"""Published folders that a test sends elsewhere: at other times, or with less in them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path


def stamped(folder: Path, stamp: str, source: str | None = None) -> Path:
    """The same folder as if it had been published at another time."""
    other = Path(shutil.copytree(folder, folder.with_name(stamp)))
    manifest = json.loads((other / "manifest.json").read_text())
    manifest["published"] = stamp
    manifest["refresh"]["source"] = source or manifest["refresh"]["source"]
    (other / "manifest.json").write_text(json.dumps(manifest))
    return other


def few(folder: Path) -> Path:
    """Leave out of a published folder what there are hundreds of: a kill of its publisher says as much, and is over sooner."""
    manifest = json.loads((folder / "manifest.json").read_text())
    many = ("excel/regions", "excel/local", "site/")
    for name in [name for name in manifest["files"] if name.startswith(many) and name != "site/index.html"]:
        (folder / name).unlink()
        del manifest["files"][name]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
