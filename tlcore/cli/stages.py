"""How far a job of the engine is, on a bar."""

from collections.abc import Callable, Mapping

from tlcore.asked import Stage
from tlcore.cli import console


def telling(
    tell: console.Tell, stages: Mapping[str, str], before: str = ""
) -> Callable[[Stage | None], None]:
    """Shows where a job of the engine is on a bar; ``stages``: what each is called, after ``before``."""

    def tell_stage(stage: Stage | None) -> None:
        if stage is None:
            tell(f"{before}Starting", 0.0)
        else:
            tell(f"{before}{stages[stage.name]}", stage.done / max(1, stage.total))

    return tell_stage
