"""Where the live camera asks: ``POST /thaw/live/<run>`` with a small picture, answered by what is said of it.

With ``?keep=1`` the picture is kept too, and its id told, to be looked at on the page. Who asks is checked as
for an upload.
"""

import asyncio
import contextvars
from functools import lru_cache, partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pages.ui import base_path, judging, state, tongue, upload_route
from pages.ui.upload_route import Refused
from tlcore import pictures, runs, words
from tlcore.api import answers, refused
from tlcore.api.answers import Failed
from tlcore.api.desk import Desk
from tlcore.api.limits import Limits
from tlcore.errors import ThawError
from tlcore.words import tr

MAX_BYTES = 2_000_000
RECEIVE_S = 20.0
SHOWN = 5
"""Classes that are told of each picture."""


def path() -> str:
    """What a run's id is appended to, as a browser asks for it."""
    return base_path.below("/thaw/live/")


@lru_cache(maxsize=1)
def routes() -> list[Route]:
    """The same at each call, so that the threads behind them are there once."""
    return [Route(f"{path()}{{run}}", partial(_answer, Desk(Limits())), methods=["POST"])]


async def _answer(desk: Desk, request: Request) -> JSONResponse:
    with words.speaking(tongue.of(request)):
        return await _said(desk, request)


async def _said(desk: Desk, request: Request) -> JSONResponse:
    try:
        upload_route.owner_of(request)
        with desk.place():
            # Who sends a byte now and then would hold a place for ever.
            async with asyncio.timeout(RECEIVE_S):
                content = await upload_route.body_of(request, MAX_BYTES)
            run_id = request.path_params["run"]
            if request.query_params.get("keep"):
                id = await run_in_threadpool(pictures.keep, state.workspace(), content)
                return JSONResponse({"picture": id})
            # The threads of the desk are its own: what goes wrong there is said in this language too.
            judge = partial(contextvars.copy_context().run, _judge, run_id)
            return JSONResponse(await desk.run(judge, content))
    except (Refused, refused.Refused) as no:
        return JSONResponse({"message": str(no)}, no.status)
    except ThawError as error:
        return JSONResponse({"message": str(error)}, refused.status_of(error))
    except TimeoutError:
        late = tr("The picture took over {seconds:g} seconds to arrive.", seconds=RECEIVE_S)
        return JSONResponse({"message": late}, 408)
    except ClientDisconnect:
        return JSONResponse({"message": tr("The browser left.")}, 400)


def _judge(run_id: str, content: bytes) -> dict[str, Any]:
    run = runs.load(state.workspace(), run_id)
    found = answers.judged("", judging.predictor(run).predict(content))
    if isinstance(found, Failed):
        raise Refused(409, found.error)
    ranked = [[chance.label, chance.probability] for chance in found.ranked[:SHOWN]]
    return {"labels": found.labels, "unsure": found.unsure, "ranked": ranked}
