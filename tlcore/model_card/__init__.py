"""A model card: what somebody has to know of a model before using it, as one Markdown file.

After Mitchell et al., Model Cards for Model Reporting, FAT* 2019, with the YAML head by which Hugging Face's
hub sorts models. What only people can know is left to them, in a section of its own.
"""

from tlcore import words
from tlcore.model_card import head, sections
from tlcore.runs import Run
from tlcore.workspace import Workspace

__all__ = ["file_name", "text"]


def file_name(run: Run) -> str:
    return f"thaw-{run.id}-model-card.md"


def text(workspace: Workspace, run: Run) -> str:
    """Markdown, in English. Raises RunError for a run without a model, WorkspaceError for a damaged one."""
    # It goes with the model, to people of any language.
    with words.speaking(words.SOURCE):
        return f"{head.text(workspace, run)}\n{sections.text(workspace, run)}"
