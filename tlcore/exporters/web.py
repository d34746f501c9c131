"""A page for a browser: a folder that opens with a double click and classifies there, without a server.

A page of the disk may read no other file, so the model and the runtime lie in scripts, as base64. Not
TensorFlow.js: of its converter only versions that fail with NumPy 2 can be installed beside this TensorFlow.
"""

import base64
import functools
import gzip
import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tlcore import confidence, images
from tlcore.confidence import Choice
from tlcore.exporters import onnx_model, web_runtime
from tlcore.exporters.exporter import Exporter, Facts, Opened, Source
from tlcore.exporters.programs import PythonProgram
from tlcore.exporters.tolerances import EXACT
from tlcore.exporters.web_runtime import FOLDER, GLUE, LICENCES, SCRIPT, WASM
from tlcore.temperature import SMALLEST
from tlcore.words import mark

FILE = "index.html"
_SETTINGS = re.compile(r'<script type="application/json" id="settings">\n(.*?)\n</script>', re.DOTALL)
_OURS = {
    "max_side_px": images.MAX_SIDE_PX,
    "max_lossless_pixels": images.MAX_LOSSLESS_PIXELS,
    "max_megapixels": images.MAX_MEGAPIXELS,
    "jpeg_quality": images.JPEG_QUALITY,
    "smallest": SMALLEST,
}

# The model of the page run by Python, on pixels made as Thaw makes them.
_BESIDE = PythonProgram(
    "import base64\nimport onnxruntime",
    """\
CONTENT = base64.b64decode((FOLDER / "app" / "model.js").read_text(encoding="ascii").split('"')[1])
MODEL = onnxruntime.InferenceSession(CONTENT, providers=["CPUExecutionProvider"])""",
    'MODEL.run(["probabilities"], {"pixels": pixels})[0][0]',
    "onnxruntime",
)


class WebProgram:
    """The page. Python compares its model; what the page itself says is compared by a test, in a browser."""

    file = FILE
    language = "html"
    use = f"{FILE}: open it by a double click. No server and no internet is needed."
    numbers = FILE
    checked = "The model of this page was run by Python, on pixels made as Thaw makes them, of"

    @property
    def about(self) -> str:
        return f"""\
`{FILE}` and the folder `app` belong together; all that they need is inside, and nothing is sent anywhere. The
runtime is ONNX Runtime Web {web_runtime.version()} (MIT, its licence is in `app/onnxruntime`).

- **Picture files**, dropped, pasted or chosen, always work: JPEG, PNG, WebP, GIF and BMP.
- **The camera** of a page of the disk is given by Chrome, Edge and Firefox once you allow it; Safari may give
  none. Everywhere it works from a web server with https, and from this machine: `python -m http.server`, then
  `http://localhost:8000`.
- **On a phone** it needs such a server: put the folder there, and the page can be added to the home screen.
- The page makes pixels as Thaw does, but it is the browser that decodes a file and converts its colours. Of
  photos of more than 2000 pixels a probability may differ by up to about 0.02, of grey pictures of 16 bits by
  more.
- In a page of your own: take the scripts of `{FILE}` and its settings, call `await classifier.open()` once,
  and then `await classifier.classify(file)`. The words of the page are in `app/words.js`."""

    @property
    def runtime(self) -> str:
        return f"onnxruntime {importlib.metadata.version('onnxruntime')}"

    def text(self, facts: Facts) -> str:
        settings = asdict(facts) | _OURS | {"page": _page_version()}
        settings |= settings.pop("choice")
        # Class names are a user's text: as letters of JSON they end no script.
        told = json.dumps(settings, indent=1).replace("<", "\\u003c")
        return (FOLDER / FILE).read_text(encoding="utf-8").replace("SETTINGS", told)

    def open(self, folder: Path) -> Opened:
        """Raises ValueError for a page whose numbers are not those that are compared, which lie beside it."""
        facts = _facts(folder / FILE)
        labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        beside = folder / confidence.FILE
        choice = json.loads(beside.read_text(encoding="utf-8")) if beside.is_file() else asdict(Choice())
        if [*facts.classes] != labels or asdict(facts.choice) != choice:
            raise ValueError("The page has other classes, or another temperature or threshold, than the run.")
        return _BESIDE.opened(_BESIDE.text(facts), folder)


def _facts(page: Path) -> Facts:
    """What the page was made with."""
    found = _SETTINGS.search(page.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError("The page has no settings.")
    settings: dict[str, Any] = json.loads(found[1])
    choice = Choice(settings["temperature"], settings["threshold"])
    own = {key: value for key, value in settings.items() if key in Facts.__dataclass_fields__}
    return Facts(**own | {"choice": choice, "classes": tuple(settings["classes"])})


def _assets() -> Iterator[tuple[str, Path]]:
    """The files of the page that are the same for every run."""
    for path in sorted((FOLDER / "app").iterdir()):
        yield f"app/{path.name}", path


@functools.lru_cache(maxsize=1)
def _page_version() -> str:
    """Of all that the page is made of: an export with another one is made anew."""
    content = b"".join(path.read_bytes() for _, path in _assets()) + web_runtime.RECORD.read_bytes()
    return hashlib.sha256(content).hexdigest()[:12]


def _make(source: Source, folder: Path) -> None:
    runtime = web_runtime.files()
    target = folder / "app" / "onnxruntime"
    target.mkdir(parents=True)
    for name, path in _assets():
        (folder / name).write_bytes(path.read_bytes())
    for name in (SCRIPT, *LICENCES):
        (target / name).write_bytes(runtime[name])
    _script(target / "glue.js", "ORT_GLUE", runtime[GLUE].decode())
    _script(target / "wasm.js", "ORT_WASM", _base64(gzip.compress(runtime[WASM], 6, mtime=0)))
    _script(folder / "app" / "model.js", "MODEL", _base64(onnx_model.content(source.model)))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _script(file: Path, name: str, text: str) -> None:
    file.write_text(f"const {name} = {json.dumps(text)};\n", encoding="ascii")


WEB = Exporter(
    mark("Web page"),
    mark(
        "A folder that opens in a browser by a double click: it classifies what the camera sees and the "
        "pictures you drop on it, offline. On a web server it works on phones too."
    ),
    _make,
    WebProgram(),
    EXACT,
)
