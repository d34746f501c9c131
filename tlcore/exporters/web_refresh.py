"""Brings a version of ONNX Runtime Web by npm: ``python -m tlcore.exporters.web_refresh VERSION``.

For contributors. The licence and the notices are those of the ``onnxruntime`` that is installed: they are of
the same project, and the package of npm has none.
"""

import importlib.util
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from tlcore.exporters import web_runtime
from tlcore.exporters.web_runtime import GLUE, LICENCES, SCRIPT, WASM


def _brought(version: str, folder: Path) -> dict[str, bytes]:
    npm = shutil.which("npm")
    if npm is None:
        raise SystemExit("npm is needed.")
    subprocess.run([npm, "pack", "--silent", f"onnxruntime-web@{version}"], cwd=folder, check=True)
    (package,) = folder.glob("*.tgz")
    with tarfile.open(package) as archive:
        archive.extractall(folder, filter="data")
    return {name: (folder / "package" / "dist" / name).read_bytes() for name in (SCRIPT, GLUE, WASM)}


def _licences() -> dict[str, bytes]:
    spec = importlib.util.find_spec("onnxruntime")
    if spec is None or spec.origin is None:
        raise SystemExit("onnxruntime is needed.")
    return {name: (Path(spec.origin).parent / name).read_bytes() for name in LICENCES}


def main(version: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        archive, record = web_runtime.pack(version, _brought(version, Path(folder)) | _licences())
    web_runtime.ARCHIVE.write_bytes(archive)
    web_runtime.RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
