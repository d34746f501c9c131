"""The routes: ``POST /api/predict``, ``GET /api/health``, ``/api/openapi.json`` and ``/api/docs``."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

import tlcore
from tlcore.api import answers, bodies, docs_page, openapi
from tlcore.api.answers import Answer, Failed, Health, Judged, Model, Refusal
from tlcore.api.bodies import Sent
from tlcore.api.desk import Desk
from tlcore.api.guard import Guard
from tlcore.api.limits import Limits
from tlcore.api.models import Models
from tlcore.api.refused import Refused, headers_of, status_of
from tlcore.errors import ThawError
from tlcore.predict import Predictor

_Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Api:
    """The routes over some models. ``prefix``: the path under which the server stands, such as ``/thaw``."""

    models: Models
    guard: Guard
    limits: Limits = field(default_factory=Limits)
    prefix: str = ""

    def routes(self) -> list[Route]:
        desk = Desk(self.limits)
        ways: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("POST", "predict", partial(self._predict, desk)),
            ("GET", "health", partial(self._health, desk)),
            ("GET", "openapi.json", self._openapi),
            ("GET", "docs", self._docs),
        ]
        return [
            Route(f"{self.prefix}/api/{name}", _told(way), methods=[method]) for method, name, way in ways
        ]

    async def _predict(self, desk: Desk, request: Request) -> Response:
        await self.guard.check(request)
        with desk.place():
            run, predictor = await desk.run(self.models.find, request.query_params.get("run", ""))
            async with bodies.received(request, self.limits) as sent:
                found = await desk.run_all(partial(_judge, predictor), sent)
        statuses = [status for _, status in found]
        answer = Answer(model=Model(id=run.id, name=run.name), predictions=[one for one, _ in found])
        # One bad picture in many is its own error; where none could be judged it is the request's.
        status = 200 if 200 in statuses else max(statuses)
        return _json(answer, status, headers_of(status))

    async def _health(self, desk: Desk, request: Request) -> Response:
        self.guard.check_place(request)
        status = "busy" if desk.is_full else "ok"
        return _json(Health(status=status, version=tlcore.__version__, requests=desk.inside))

    async def _openapi(self, request: Request) -> Response:
        self.guard.check_place(request)
        return JSONResponse(self._document())

    async def _docs(self, request: Request) -> Response:
        self.guard.check_place(request)
        page = await run_in_threadpool(docs_page.render, self._document(), _address(request, self.prefix))
        return HTMLResponse(page, headers={"Content-Security-Policy": docs_page.POLICY})

    def _document(self) -> openapi.Document:
        return openapi.document(self.limits, self.prefix, names_a_run=self.models.only is None)


def _judge(predictor: Predictor, sent: Sent) -> tuple[Judged | Failed, int]:
    """What is said of a picture, and the HTTP status it would have alone."""
    try:
        found = answers.judged(sent.name, predictor.predict(sent.read()))
    except ThawError as error:
        return Failed(file=sent.name, error=str(error)), status_of(error)
    return found, 200 if isinstance(found, Judged) else 409


def _told(handler: _Handler) -> _Handler:
    """The one place where an error becomes a sentence and a status."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as refused:
            return _json(Refusal(error=str(refused)), refused.status, refused.headers)
        except ThawError as error:
            again = Refused(status_of(error), str(error))
            return _json(Refusal(error=str(again)), again.status, again.headers)
        except ClientDisconnect:
            return _json(Refusal(error="Who asked has left."), 400)

    return answer


def _json(content: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(
        content.model_dump_json(),
        status,
        {"Cache-Control": "no-store"} | (headers or {}),
        media_type="application/json",
    )


def _address(request: Request, prefix: str) -> str:
    return f"{request.url.scheme}://{request.headers.get('host', '')}{prefix}"
