"""The folder for a browser, as files: what it says of the run, that it is whole, and where it comes from.

What the page does is tested in a browser: ``tests/browser/test_web_export.py``.
"""

import base64
import gzip
import hashlib
import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.exporters import tiny_runs
from tlcore import exporters, images
from tlcore.confidence import Choice
from tlcore.errors import RunError
from tlcore.exporters import FORMATS, Facts, Parity, readme, texts, web, web_runtime
from tlcore.runs import Run
from tlcore.temperature import SMALLEST
from tlcore.workspace import Workspace

HOSTILE = ("</script><script>alert(1)</script>", "<!-- <b>", 'a"b\\ & é\u2028')
PROGRAM = FORMATS["web"].program


class Scripts(HTMLParser):
    """The scripts of a page: what they are loaded from, and their content."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.settings = ""
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "script":
            self.inside = found.get("id") == "settings"
            if not self.inside:
                self.sources.append(str(found["src"]))

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.settings += data
            self.inside = False


def settings(facts: Facts) -> dict[str, Any]:
    return dict(json.loads(Scripts(PROGRAM.text(facts)).settings))


def content(script: Path) -> bytes:
    """What a script holds as base64."""
    return base64.b64decode(script.read_text(encoding="ascii").split('"')[1])


def test_the_page_knows_its_run() -> None:
    facts = Facts(
        24, "crop", 3, independent=True, several_labels=True, choice=Choice(1.5, 0.8), classes=("a", "b", "c")
    )
    found = settings(facts)
    assert found.pop("page")
    assert found == {
        "image_size_px": 24,
        "fit": "crop",
        "units": 3,
        "independent": True,
        "several_labels": True,
        "classes": ["a", "b", "c"],
        "temperature": 1.5,
        "threshold": 0.8,
        "max_side_px": images.MAX_SIDE_PX,
        "max_lossless_pixels": images.MAX_LOSSLESS_PIXELS,
        "max_megapixels": images.MAX_MEGAPIXELS,
        "jpeg_quality": images.JPEG_QUALITY,
        "smallest": SMALLEST,
    }


def test_hostile_class_names_end_no_script(tiny: Run) -> None:
    text = PROGRAM.text(replace(texts.facts(tiny), classes=HOSTILE))
    page = Scripts(text)
    assert json.loads(page.settings)["classes"] == list(HOSTILE)
    assert "alert" not in "".join(page.sources)
    assert text.count("</script>") == len(page.sources) + 1
    assert "<!-- <b>" not in text


def test_a_page_with_other_numbers_than_the_run_is_not_compared(
    tiny: Run, made: dict[str, Parity], tmp_path: Path
) -> None:
    folder = tmp_path / "web"
    shutil.copytree(tiny.folder / "exports" / "web", folder)
    page = folder / "index.html"
    facts = texts.facts(tiny)
    for wrong in (replace(facts, classes=facts.classes[::-1]), replace(facts, choice=Choice(2.0))):
        page.write_text(PROGRAM.text(wrong), encoding="utf-8")
        with pytest.raises(ValueError, match="other classes, or another temperature"):
            PROGRAM.open(folder)
    page.write_text(PROGRAM.text(facts), encoding="utf-8")
    PROGRAM.open(folder)


def test_all_that_the_page_loads_lies_beside_it(tiny: Run, made: dict[str, Parity]) -> None:
    folder = tiny.folder / "exports" / "web"
    page = (folder / "index.html").read_text(encoding="utf-8")
    loaded = [*Scripts(page).sources, *re.findall(r'href="([^"]+)"', page)]
    assert len(loaded) == 12
    for name in loaded:
        assert (folder / name).is_file()
    # Nowhere in our own files is anything of the network named.
    for file in (folder / "index.html", *(folder / "app").glob("*.*")):
        if file.name not in ("model.js", "icon.svg"):
            assert "//" not in re.sub(r"(?m)^\s*//.*$", "", file.read_text(encoding="utf-8")), file.name


def test_the_model_and_the_runtime_lie_in_scripts(tiny: Run, made: dict[str, Parity]) -> None:
    app = tiny.folder / "exports" / "web" / "app"
    onnx = (tiny.folder / "exports" / "onnx" / "model.onnx").read_bytes()
    assert len(content(app / "model.js")) == pytest.approx(len(onnx), rel=0.01)
    runtime = app / "onnxruntime"
    wanted = web_runtime.files()
    assert gzip.decompress(content(runtime / "wasm.js")) == wanted[web_runtime.WASM]
    assert wanted[web_runtime.WASM].startswith(b"\0asm")
    assert (runtime / "ort.wasm.min.js").read_bytes() == wanted[web_runtime.SCRIPT]
    glue = (runtime / "glue.js").read_text(encoding="ascii").removeprefix("const ORT_GLUE = ").strip(";\n")
    assert json.loads(glue).encode() == wanted[web_runtime.GLUE]
    for name in web_runtime.LICENCES:
        assert (runtime / name).read_bytes() == wanted[name]
    assert b"MIT License" in wanted["LICENSE"]


def test_a_page_of_another_thaw_is_made_anew(
    tiny: Run, made: dict[str, Parity], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert exporters.load(tiny, "web") == made["web"]
    monkeypatch.setattr(web, "_page_version", lambda: "another")
    assert exporters.load(tiny, "web") is None


def test_the_readme_says_what_was_compared_and_what_was_not(shared_workspace: Workspace, tiny: Run) -> None:
    said = " ".join(readme.text(shared_workspace, tiny, "web", tiny_runs.parity("web")).split())
    assert f"{PROGRAM.checked} 2 pictures beside the run." in said
    assert "run by Python" in PROGRAM.checked
    assert "may differ by up to about 0.02" in said
    assert f"ONNX Runtime Web {web_runtime.version()} (MIT" in said


def test_a_damaged_runtime_is_not_handed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = r"^What runs models in a browser is damaged or missing\. Install Thaw once more\.$"
    found = {"LICENSE": np.random.default_rng(1).bytes(100_000)}
    archive, record = web_runtime.pack("1", found)
    monkeypatch.setattr(web_runtime, "ARCHIVE", tmp_path / "x.tar.xz")
    monkeypatch.setattr(web_runtime, "_record", lambda: record)
    with pytest.raises(RunError, match=said):
        web_runtime.files()
    web_runtime.ARCHIVE.write_bytes(archive)
    assert web_runtime.files() == found
    half = len(archive) // 2
    for damaged in (archive[:half], archive[:half] + bytes(100) + archive[half + 100 :], b""):
        web_runtime.ARCHIVE.write_bytes(damaged)
        with pytest.raises(RunError, match=said):
            web_runtime.files()
    web_runtime.ARCHIVE.write_bytes(archive)
    record["files"]["LICENSE"] = hashlib.sha256(b"y").hexdigest()
    with pytest.raises(RunError, match=said):
        web_runtime.files()


def test_the_notice_names_the_runtime() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    assert f"ONNX Runtime Web {web_runtime.version()}" in notice
