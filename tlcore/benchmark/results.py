"""What was measured, as data that goes to JSON: the machine, the pictures, and one entry for each process."""

import importlib.metadata
import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

import tlcore
from tlcore.benchmark.pictures import Made
from tlcore.benchmark.settings import PROGRAMS, Settings
from tlcore.benchmark.task import Part, Task
from tlcore.workspace import write_json


@dataclass(frozen=True)
class Measurement:
    task: Task
    result: dict[str, Any]
    """As the program gave it; empty where it failed."""
    failed: str = ""
    """Why there is no result."""
    others: float = 0.0
    """Share of the processors that other programs used meanwhile."""

    @property
    def heads(self) -> list[dict[str, Any]]:
        """One for each head that was trained; see ``child.head_result``."""
        found: list[dict[str, Any]] = self.result["heads"]
        return found


Programs = dict[Part, Measurement]
Key = tuple[str, int, int]
"""Backbone, images, trained layers: what the programs are compared on."""


def ratio(programs: Programs, part: Part, head: int = 0, what: str = "seconds") -> float | None:
    """How many times as long as Thaw; None where Thaw was not measured."""
    if "thaw" not in programs:
        return None
    return float(programs[part].heads[head][what] / programs["thaw"].heads[head][what])


@dataclass
class Results:
    settings: Settings
    machine: dict[str, Any]
    started: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    pictures: list[Made] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    complete: bool = False
    """False as long as something is to be measured, and for good after an interruption."""

    def compared(self, *, fine_tuned: bool = False) -> dict[Key, Programs]:
        """What was measured on the same network and pictures, by program."""
        found: dict[Key, Programs] = {}
        for one in self.measurements:
            task = one.task
            if one.result and task.part in PROGRAMS and bool(task.trained_layers) == fine_tuned:
                found.setdefault((task.backbone, task.images, task.trained_layers), {})[task.part] = one
        return found

    def to_json(self) -> dict[str, Any]:
        return {
            "thaw": tlcore.__version__,
            "started": self.started,
            "complete": self.complete,
            "machine": self.machine,
            "settings": asdict(self.settings),
            "pictures": [{k: v for k, v in asdict(made).items() if k != "folder"} for made in self.pictures],
            "measurements": [
                # The folder of the pictures is gone by the time that anybody reads this.
                {**{k: v for k, v in asdict(one.task).items() if k != "pictures"}, **_outcome(one)}
                for one in self.measurements
            ],
            "times_thaw": [*self._ratios()],
        }

    def _ratios(self) -> Iterator[dict[str, Any]]:
        """Of whole runs; of single epochs where layers of the backbone were trained."""
        for (name, images, _), programs in self.compared().items():
            heads = [{part: ratio(programs, part, head) for part in programs} for head in (0, 1)]
            yield {"backbone": name, "images": images, "first": heads[0], "second": heads[1]}
        for (name, images, trained), programs in self.compared(fine_tuned=True).items():
            epochs = {part: ratio(programs, part, what="epoch_s") for part in programs}
            yield {"backbone": name, "images": images, "trained_layers": trained, "epoch": epochs}

    def save(self, folder: Path) -> None:
        write_json(folder / "results.json", self.to_json())


def _outcome(one: Measurement) -> dict[str, Any]:
    return {"others": one.others} | ({"failed": one.failed} if one.failed else {"result": one.result})


def machine(peak_gflops: float) -> dict[str, Any]:
    """The machine at hand, and the versions that count."""
    packages = ("tensorflow", "keras", "ai-edge-litert", "numpy")
    return {
        "processor": _processor(),
        "cores": psutil.cpu_count(logical=False) or os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "peak_gflops": round(peak_gflops, 1),
        "python": platform.python_version(),
        **{name: importlib.metadata.version(name) for name in packages},
    }


def _processor() -> str:
    names = Path("/proc/cpuinfo")
    if names.is_file():
        for line in names.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
