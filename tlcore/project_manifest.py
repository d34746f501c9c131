"""What the manifest of a project's file says, and that the file holds just that: looked at first of all."""

import functools
import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from tlcore import archives, checkpoints, run_records
from tlcore.archives import Listing, clean_text
from tlcore.errors import RunError
from tlcore.parts import Sent
from tlcore.project_file import FORMAT, MANIFEST
from tlcore.run_files import CHOICE, RUN_FILES
from tlcore.run_records import DATASET_ID, RUN_ID, Checked
from tlcore.words import tr

__all__ = ["CHECKPOINT", "Manifest", "SentBackbone", "damaged", "opened"]

_Id = Annotated[str, StringConstraints(pattern=DATASET_ID)]
_RunId = Annotated[str, StringConstraints(pattern=RUN_ID)]
CHECKPOINT = re.compile(r"checkpoints/([1-9][0-9]{0,6})/(.+)")


class _Version(BaseModel):
    """All that is asked of a file that a newer Thaw may have made."""

    model_config = ConfigDict(strict=True, extra="ignore")
    format: int


class SentBackbone(Checked):
    id: _Id
    title: str = Field(max_length=200)
    origin: str = Field(max_length=200)
    pixels: str = Field(max_length=20)


class Manifest(Checked):
    format: int
    made_with: str = Field(max_length=40)
    name: str = Field(max_length=200)
    dataset: _Id
    datasets: list[_Id] = Field(min_length=1, max_length=1000)
    runs: list[_RunId] = Field(max_length=10_000)
    recipes: list[_Id] = Field(max_length=20_000)
    backbones: list[SentBackbone] = Field(max_length=1000)
    sha256: dict[str, str]

    @functools.cached_property
    def ids(self) -> dict[str, frozenset[str]]:
        """By the folder of the zip in which they lie."""
        return {
            "datasets": frozenset(self.datasets),
            "runs": frozenset(self.runs),
            "recipes": frozenset(self.recipes),
            "backbones": frozenset(one.id for one in self.backbones),
        }


def damaged(name: str) -> RunError:
    return RunError(
        tr(
            "The file holds no project as Thaw writes it: {part} is damaged, or was changed. Export the "
            "project again.",
            part=clean_text(name)[:80],
        )
    )


def opened(listing: Listing) -> tuple[Sent, Manifest]:
    """The parts of a file, each of which its manifest tells of. Raises RunError, DatasetError."""
    sent = Sent.of(listing, damaged, damaged(tr("a part that is there twice")))
    if MANIFEST not in sent:
        raise RunError(
            tr(
                "This is no project: the file has no {file}. Choose a file that was handed over by Thaw.",
                file=MANIFEST,
            )
        )
    content = sent.unchecked(MANIFEST)
    try:
        if _Version.model_validate_json(content).format > FORMAT:
            raise RunError(tr("The project was made by a newer version of Thaw. Update Thaw, and try again."))
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        raise damaged(MANIFEST) from error
    archives.check_limits(sum(name.startswith("images/") for name in sent.names), sent.size_bytes)
    for name in sent.names:
        if not _is_part(name, manifest):
            raise damaged(name)
    return sent.known_by(manifest.sha256), manifest


def _is_part(name: str, manifest: Manifest) -> bool:
    """Whether a name in the zip is that of something the manifest tells of."""
    kind, _, rest = name.partition("/")
    id, _, file = rest.partition("/")
    told = manifest.ids.get(kind, frozenset())
    match kind:
        case "images":
            return re.fullmatch(run_records.FILE, rest) is not None
        case "datasets":
            return id in told and file == "manifest.json"
        case "recipes":
            return rest.removesuffix(".json") in told and rest.endswith(".json")
        case "backbones":
            return id in told and file == "model.keras"
        case "runs":
            checkpoint = CHECKPOINT.fullmatch(file)
            kept = checkpoint is not None and checkpoint[2] in checkpoints.FILES
            return id in told and (kept or file in (*RUN_FILES, CHOICE))
    return name == MANIFEST
