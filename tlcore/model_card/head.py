"""The head of a model card: YAML as Hugging Face's hub reads it (huggingface.co/docs/hub/model-cards)."""

from typing import Any

import yaml

from tlcore import evaluation, limits, measures, origin
from tlcore.datasets import Split
from tlcore.evaluation import SplitEvaluation
from tlcore.runs import Run
from tlcore.workspace import Workspace

# As the hub calls them; any other licence is "other", with its name beside.
_LICENCES = {
    "Apache-2.0": "apache-2.0",
    "MIT": "mit",
    "BSD-3-Clause": "bsd-3-clause",
    "CC BY 4.0": "cc-by-4.0",
}
_DECIMALS = 4


def text(workspace: Workspace, run: Run) -> str:
    """Between two rows of dashes. A licence is named only where that of the pretrained weights is known."""
    told: dict[str, Any] = {
        **_licence(origin.licence(workspace, run)),
        "library_name": "keras",
        "pipeline_tag": "image-classification",
        "tags": ["image-classification", "transfer-learning", "thaw", *_family(workspace, run)],
    }
    splits = evaluation.load(run).splits
    if splits:
        told["metrics"] = ["accuracy", "f1"]
        results = [_result(run, split, result) for split, result in splits.items()]
        told["model-index"] = [{"name": run.name, "results": results}]
    return f"---\n{yaml.safe_dump(told, sort_keys=False, allow_unicode=True, width=100)}---\n"


def _licence(name: str | None) -> dict[str, str]:
    if name is None:
        return {}
    known = _LICENCES.get(name)
    return {"license": known} if known else {"license": "other", "license_name": name}


def _family(workspace: Workspace, run: Run) -> list[str]:
    """The network's own name; one that somebody brought tells nobody anything."""
    return [run.recipe.backbone.name] if origin.licence(workspace, run) else []


def _result(run: Run, split: Split, result: SplitEvaluation) -> dict[str, Any]:
    figures = result.figures
    metrics = [
        _metric("accuracy", measures.name(run), measures.share(result)),
        _metric("f1", "Macro F1", figures.macro_f1),
    ]
    return {
        "task": {"type": "image-classification"},
        "dataset": {
            "name": run.dataset_name,
            "type": "imagefolder",
            "split": limits.NAMES[split],
            "revision": run.dataset_id,
        },
        "metrics": metrics,
    }


def _metric(type: str, name: str, value: float | None) -> dict[str, Any]:
    return {"type": type, "name": name, "value": None if value is None else round(value, _DECIMALS)}
