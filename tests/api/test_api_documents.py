"""The OpenAPI document says what is answered, and its page needs nothing else."""

import re
from html.parser import HTMLParser
from typing import Any

import jsonschema
import pytest

from tests.api.asking import Asker, asker, form
from tests.pictures import png
from tlcore.runs import Run
from tlcore.workspace import Workspace


@pytest.fixture
def ask(shared_workspace: Workspace, trained: Run) -> Asker:
    return asker(shared_workspace, trained.id, pictures=2, picture_bytes=2000)


@pytest.fixture
def document(ask: Asker) -> Any:
    answered = ask.get("openapi.json")
    assert answered.status == 200
    return answered.json


def test_each_route_is_in_it(ask: Asker, document: Any) -> None:
    described = {(method.upper(), path) for path, ways in document["paths"].items() for method in ways}
    served = {
        (method, route.path)
        for route in ask.api.routes()
        for method in (route.methods or ())
        if method != "HEAD"
    }
    assert document["openapi"].startswith("3.1")
    assert served - described == {("GET", "/api/openapi.json"), ("GET", "/api/docs")}
    assert described <= served


def test_all_that_it_refers_to_is_in_it(document: Any) -> None:
    named = set(re.findall(r"'\$ref': '#/components/schemas/(\w+)'", str(document)))
    assert named == set(document["components"]["schemas"])
    assert "#/$defs" not in str(document)


@pytest.mark.parametrize(
    ("files", "headers", "query", "status"),
    [
        ([("a.png", png()), ("b.png", b"no")], {}, "", 200),
        ([("", b"")], {}, "", 400),
        ([("a.png", png())], {"authorization": None}, "", 401),
        ([("a.png", png())], {"origin": "null"}, "", 403),
        ([("a.png", png())], {}, "?run=00000000-00000000", 404),
        ([("a.png", png())] * 3, {}, "", 413),
        ([("a.png", b"no")], {}, "", 422),
    ],
)
def test_what_is_answered_is_what_it_says(
    ask: Asker, document: Any, files: Any, headers: dict[str, Any], query: str, status: int
) -> None:
    body, kind = form(files)
    answered = ask.post(body, {"content-type": kind, **headers}, query=query)
    assert answered.status == status
    told = document["paths"]["/api/predict"]["post"]["responses"][str(status)]
    schema = told["content"]["application/json"]["schema"] | {"components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(answered.json)


def test_of_many_runs_one_has_to_be_named(shared_workspace: Workspace, document: Any) -> None:
    (own,) = document["paths"]["/api/predict"]["post"]["parameters"]
    (many,) = asker(shared_workspace).get("openapi.json").json["paths"]["/api/predict"]["post"]["parameters"]
    assert (own["required"], many["required"]) == (False, True)


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value or "" for name, value in attributes if name in ("href", "src")]


def test_the_page_loads_nothing(ask: Asker) -> None:
    answered = ask.get("docs")
    page, links = answered.content.decode(), _Links()
    links.feed(page)
    assert links.found == ["openapi.json"]
    assert links.tags & {"script", "img", "link", "iframe", "form"} == set()
    assert "default-src 'none'" in answered.headers["content-security-policy"]
    for said in ("/api/predict", "/api/health", "curl -H", "urllib.request", "probabilities", "413"):
        assert said in page


def test_an_odd_name_of_the_server_is_only_text(shared_workspace: Workspace) -> None:
    page = asker(shared_workspace).get("docs", {"host": "localhost:8<script>"}).content.decode()
    assert "<script>" not in page
