"""The house stands: imports go down only, the server stays free of TensorFlow, files stay short."""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tlcore import errors

# Top first. A row imports from the rows below it; two modules of one row do not know each other. A package is
# one place, its own modules may import one another (without a cycle).
LAYERS = (
    ("app",),
    ("pages",),
    ("pages.ui", "tlcore.cli"),
    ("tlcore.corrections", "tlcore.log_jobs", "tlcore.prediction_jobs"),
    ("tlcore.loggers", "tlcore.predictions", "tlcore.prediction_table"),
    (
        "tlcore.api",
        "tlcore.dataset_removal",
        "tlcore.model_card",
        "tlcore.run_report",
        "tlcore.unlike",
        "tlcore.watching",
    ),
    ("tlcore.lessons", "tlcore.limits", "tlcore.reading"),
    ("tlcore.dataset_health", "tlcore.doctor", "tlcore.project_import"),
    (
        "tlcore.atlas",
        "tlcore.benchmark",
        "tlcore.explain",
        "tlcore.export_jobs",
        "tlcore.health",
        "tlcore.intake_jobs",
        "tlcore.jobs",
        "tlcore.own_jobs",
        "tlcore.predict",
        "tlcore.speed",
    ),
    ("tlcore.asked",),
    ("tlcore.keras_questions",),
    ("tlcore.keras_answers", "tlcore.short_jobs"),
    ("tlcore.disk", "tlcore.project_manifest", "tlcore.run_import"),
    ("tlcore.project_file",),
    ("tlcore.run_files",),
    ("tlcore.trash",),
    ("tlcore.overview",),
    ("tlcore.held_jobs",),
    ("tlcore.engine", "tlcore.training"),
    ("tlcore.trainer",),
    ("tlcore.comparison_plots", "tlcore.comparison_words", "tlcore.material"),
    (
        "tlcore.confidence_plots",
        "tlcore.curves",
        "tlcore.evaluation_plots",
        "tlcore.exporters",
        "tlcore.picture_features",
        "tlcore.prices",
        "tlcore.strip",
    ),
    (
        "tlcore.callbacks",
        "tlcore.chronicle",
        "tlcore.comparing",
        "tlcore.confidence",
        "tlcore.features",
        "tlcore.imported_model",
        "tlcore.judged_words",
        "tlcore.measures",
        "tlcore.plots",
        "tlcore.program",
        "tlcore.snapshots",
        "tlcore.summary",
        "tlcore.unchanged",
        "tlcore.vitals",
    ),
    ("tlcore.feature_maker",),
    ("tlcore.evaluation", "tlcore.optimization", "tlcore.runtimes"),
    ("tlcore.advice", "tlcore.metrics", "tlcore.models"),
    ("tlcore.prefixes",),
    ("tlcore.own_measure", "tlcore.plans"),
    ("tlcore.intake_process", "tlcore.layer_measure", "tlcore.run_pictures", "tlcore.sent_checkpoint"),
    ("tlcore.known_rows", "tlcore.thawing", "tlcore.views"),
    (
        "tlcore.adding",
        "tlcore.augmentation",
        "tlcore.cuts",
        "tlcore.dataset_words",
        "tlcore.heads",
        "tlcore.origin",
        "tlcore.recipe_difference",
        "tlcore.run_records",
        "tlcore.shards",
    ),
    (
        "tlcore.backbones",
        "tlcore.feature_store",
        "tlcore.intake",
        "tlcore.pictures",
        "tlcore.rates",
        "tlcore.recipes",
        "tlcore.runs",
        "tlcore.thumbnails",
    ),
    ("tlcore.class_folders", "tlcore.progress", "tlcore.dataset_zip", "tlcore.versions"),
    ("tlcore.datasets", "tlcore.labels_file", "tlcore.sources"),
    ("tlcore.cards", "tlcore.labels_notes", "tlcore.sides", "tlcore.version_words"),
    ("tlcore.report",),
    ("tlcore.grouping", "tlcore.intake_records"),
    ("tlcore.own_split", "tlcore.staging", "tlcore.uploads"),
    ("tlcore.about", "tlcore.images", "tlcore.keras_files", "tlcore.manifest", "tlcore.parts", "tlcore.tars"),
    (
        "tlcore.archives",
        "tlcore.checkpoints",
        "tlcore.depth",
        "tlcore.fitting",
        "tlcore.formats",
        "tlcore.guided",
        "tlcore.outputs",
        "tlcore.preferences",
        "tlcore.run_lock",
        "tlcore.splitting",
    ),
    ("tlcore.config", "tlcore.presets", "tlcore.user_files", "tlcore.workspace"),
    ("tlcore.coverage", "tlcore.recipe_parts"),
    (
        "tlcore.calibration",
        "tlcore.class_curves",
        "tlcore.cells",
        "tlcore.errors",
        "tlcore.heartbeat",
        "tlcore.helping",
        "tlcore.history",
        "tlcore.intervals",
        "tlcore.judged",
        "tlcore.markdown",
        "tlcore.meanings",
        "tlcore.numbers",
        "tlcore.own_process",
        "tlcore.paired",
        "tlcore.pareto",
        "tlcore.recipe_rules",
        "tlcore.missing",
        "tlcore.sizes",
        "tlcore.suggest",
        "tlcore.temperature",
        "tlcore.warm",
    ),
    ("tlcore.locale",),
    ("tlcore.words",),
)
ROW = {place: number for number, row in enumerate(LAYERS) for place in row}

# Tools that a contributor runs; nothing imports them.
TOOLS = ("tlcore.backbones.measure", "tlcore.locale.__main__")
HEAVY = {"tensorflow", "keras"}
MAX_LINES = 300


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {
    name_of(file): file
    for file in (
        ROOT / "app.py",
        *sorted((ROOT / "tlcore").rglob("*.py")),
        *sorted((ROOT / "pages").rglob("*.py")),
    )
}
CORE = sorted(name for name in FILES if name.startswith("tlcore"))


def place_of(module: str) -> str | None:
    """The name in LAYERS that holds a module: the longest that it lies in."""
    parts = module.split(".")
    heads = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((head for head in heads if head in ROW), None)


def below(lower: str | None, upper: str | None) -> bool:
    return lower in ROW and upper in ROW and ROW[lower] > ROW[upper]


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def imported(nodes: Iterator[ast.AST]) -> set[str]:
    """Dotted names; of ``from package import name`` the module ``package.name`` where there is one."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = names & FILES.keys()
            found |= modules if modules == names else modules | {str(node.module)}
    return found


def imports_of(module: str) -> set[str]:
    """Everything a module imports, inside its functions too."""
    return imported(ast.walk(tree_of(module)))


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run when the module is imported: not in functions, not for type checkers only."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from at_import(child)


def ours(names: set[str]) -> set[str]:
    return {name for name in names if name in FILES}


def test_every_module_has_a_place() -> None:
    assert [name for name in FILES if name != "tlcore" and place_of(name) is None] == []


def test_every_place_is_a_module() -> None:
    assert [place for place in ROW if place not in FILES] == []


@pytest.mark.parametrize("module", [name for name in FILES if name not in ("tlcore", *TOOLS)])
def test_imports_go_down_only(module: str) -> None:
    place = place_of(module)
    others = {name: place_of(name) for name in ours(imports_of(module)) - {"tlcore"}}
    wrong = [name for name, other in others.items() if other != place and not below(other, place)]
    assert wrong == []


def test_the_package_itself_imports_nothing() -> None:
    assert imports_of("tlcore") == set()


def test_no_cycles() -> None:
    graph = {name: ours(imports_of(name)) - {name} for name in FILES}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) == len(FILES)


@pytest.mark.parametrize("tool", TOOLS)
def test_nothing_imports_a_tool(tool: str) -> None:
    assert [name for name in FILES if tool in imports_of(name)] == []


@pytest.mark.parametrize("module", CORE)
def test_the_core_knows_no_streamlit(module: str) -> None:
    assert [name for name in imports_of(module) if name.split(".")[0] in ("streamlit", "pages", "app")] == []


@pytest.mark.parametrize("module", FILES)
def test_heavy_imports_stand_inside_functions(module: str) -> None:
    assert {name.split(".")[0] for name in imported(at_import(tree_of(module)))} & HEAVY == set()


def test_the_server_loads_no_tensorflow() -> None:
    pages = [name for name in FILES if name.startswith("pages.") or name == "app"]
    wanted = {name for page in pages for name in ours(imports_of(page))} | {
        "streamlit",
        "tlcore.api.server",
        "tlcore.cli.serve",
    }
    assert {"tlcore.jobs", "tlcore.predict", "pages.ui.state"} <= wanted
    program = (
        f"import sys, {', '.join(sorted(wanted))}\n"
        f"sys.stdout.write(' '.join(sorted({HEAVY!r} & set(sys.modules))))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert (told.returncode, told.stdout) == (0, ""), told.stderr


def environment_names(module: str) -> set[str]:
    """What a module reads from or sets in the environment, and every name of our own that it mentions."""
    names: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            names |= set(re.findall(r"\bTHAW_[A-Z_]+\b", node.value))
        key = None
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            key = node.slice
        elif isinstance(node, ast.Call) and re.fullmatch(
            r"os\.(environ\.\w+|getenv)", ast.unparse(node.func)
        ):
            key = node.args[0] if node.args else None
        if isinstance(key, ast.Constant):
            names.add(str(key.value))
    return names


def test_every_environment_variable_is_in_the_readme() -> None:
    names = set().union(*(environment_names(module) for module in FILES))
    for file in (ROOT / "tests").rglob("*.py"):
        names |= {*re.findall(r"\"(THAW_TEST_\w+)\"", file.read_text(encoding="utf-8"))}
    assert {"THAW_HOME", "THAW_CACHE_GB", "KERAS_HOME", "THAW_TEST_CHROMIUM"} <= names
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert sorted(name for name in names if f"`{name}`" not in readme) == []


@pytest.mark.parametrize("module", FILES)
def test_files_are_short(module: str) -> None:
    file = FILES[module]
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MAX_LINES


def test_the_error_tree_is_public_and_drawn() -> None:
    defined = [
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, Exception)
    ]
    assert errors.__all__ == sorted(defined)
    assert all(issubclass(getattr(errors, name), errors.ThawError) for name in errors.__all__)
    assert [name for name in defined if not re.search(rf"\b{name}\b", errors.__doc__)] == []


def test_no_package_registry_is_named() -> None:
    """Where packages come from is the installer's setting; here it would go stale or leak."""
    hosts = r"pypi[.]org|pythonhoste[d]|registry[.]npmj[s]|index-ur[l]|find-link[s]|trusted-hos[t]"
    told = subprocess.run(
        ["git", "grep", "--untracked", "-I", "-n", "-i", "-E", hosts],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if told.returncode not in (0, 1):
        pytest.skip("this is not a git checkout")
    assert told.stdout.splitlines() == []
