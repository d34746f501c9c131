"""The wheel, installed in an empty environment, trains the sample and serves the app without the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.servers import free_port, wait_until_healthy
from tlcore import __version__

pytestmark = pytest.mark.wheel

WAIT_S = 300


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel, and a person with an empty home beside it."""

    scripts: Path
    site: Path
    elsewhere: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LANG")
        return {name: os.environ[name] for name in kept if name in os.environ} | {"HOME": str(self.elsewhere)}

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self.scripts / command[0]), *command[1:]],
            cwd=self.elsewhere,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    built = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S)
    assert built.returncode == 0, built.stdout + built.stderr
    (file,) = folder.iterdir()
    assert file.name == f"thaw_studio-{__version__}-py3-none-any.whl"
    return file


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("installed")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    environment = folder / "venv"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True, timeout=WAIT_S
    )
    scripts = environment / ("Scripts" if os.name == "nt" else "bin")
    there = {"base": str(environment), "platbase": str(environment)}
    site = Path(sysconfig.get_path("purelib", "venv", there))
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    told = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S)
    assert told.returncode == 0, told.stdout + told.stderr
    # Python reads no .pth files in a folder that a .pth file names, so the checkout stays out.
    paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (site / "dependencies.pth").write_text("\n".join(sorted(paths)) + "\n", encoding="utf-8")
    thing = Installed(scripts, site, elsewhere, folder / "home")
    yield thing
    thing.run("thaw", "engine", "stop", "--home", str(thing.home))


def test_what_the_wheel_holds(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    information = f"thaw_studio-{__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == {"tlcore", "thaw_app", information}
    assert {
        "thaw_app/app.py",
        "thaw_app/pages/main.py",
        "thaw_app/pages/ui/icon.png",
        "thaw_app/sample_data/README.md",
        "thaw_app/.streamlit/config.toml",
        f"{information}/licenses/LICENSE",
        f"{information}/licenses/NOTICE",
    } <= set(names)
    sample = [name for name in names if name.startswith("thaw_app/sample_data/clipart/")]
    assert len(sample) == 228
    pages = {file.relative_to(ROOT).as_posix() for file in (ROOT / "pages").rglob("*.py")}
    assert "pages/build/train.py" in pages
    assert {f"thaw_app/{page}" for page in pages} <= set(names)
    layers = {file.name for file in (ROOT / "tlcore" / "backbones" / "layers").iterdir()}
    assert layers
    assert {f"tlcore/backbones/layers/{name}" for name in layers} <= set(names)
    # The longer documents too: whoever has no checkout finds them beside the code that they are about.
    documents = {file.relative_to(ROOT).as_posix() for file in (ROOT / "tlcore" / "docs").iterdir()}
    assert len(documents) == 4
    assert documents <= set(names)
    page = ROOT / "tlcore" / "exporters" / "web_files"
    web = {file.relative_to(ROOT).as_posix() for file in page.rglob("*") if file.is_file()}
    assert len(web) > 10
    assert web <= set(names)
    assert [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".pyo"))] == []
    assert len(names) == len(set(names))


def test_it_is_the_wheel_that_runs(installed: Installed) -> None:
    program = (
        "import json, sys, tlcore; from tlcore.cli import serve; "
        "print(json.dumps([tlcore.__file__, str(serve.app_folder()), sys.path]))"
    )
    told = installed.run("python", "-c", program)
    assert told.returncode == 0, told.stderr
    package, pages, path = json.loads(told.stdout)
    assert Path(package) == installed.site / "tlcore" / "__init__.py"
    assert Path(pages) == installed.site / "thaw_app"
    assert str(ROOT) not in path


def test_it_says_its_version(installed: Installed) -> None:
    told = installed.run("thaw", "--version")
    assert (told.returncode, told.stdout) == (0, f"thaw {__version__}\n")


def test_it_trains_the_sample(installed: Installed) -> None:
    sample = installed.site / "thaw_app" / "sample_data" / "clipart"
    told = installed.run("thaw", "train", str(sample), "--json", "--home", str(installed.home))
    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout.splitlines()[-1])
    assert report["status"] == "done"
    assert report["counts"] == {"train": 171, "val": 57, "test": 0}
    assert report["val_accuracy"] >= 0.70
    assert Path(report["model"]).is_file()
    stopped = installed.run("thaw", "engine", "stop", "--home", str(installed.home))
    assert "The engine is stopped." in stopped.stderr


def test_it_serves_the_app(installed: Installed) -> None:
    port = free_port()
    command = ["thaw", "app", "--no-browser", "--port", str(port), "--home", str(installed.home)]
    with open(installed.elsewhere / "server.log", "wb") as log:
        server = subprocess.Popen(
            [str(installed.scripts / command[0]), *command[1:]],
            cwd=installed.elsewhere,
            env=installed.environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        wait_until_healthy(f"http://localhost:{port}", server)
        # A cold deep link gets the same shell as the front page.
        for link in ("", "train"):
            with urllib.request.urlopen(f"http://localhost:{port}/{link}", timeout=10) as page:
                assert page.status == 200
                assert b'<div id="root">' in page.read()
    finally:
        server.terminate()
        server.wait(20)
