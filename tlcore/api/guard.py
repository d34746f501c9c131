"""Who is answered: who holds the token, and no page of another site."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from tlcore.api import hosts
from tlcore.api.refused import Refused


@dataclass(frozen=True)
class Guard:
    token: Callable[[], str]
    """Read anew for each request, so that another one holds at once."""
    is_our_host: Callable[[str], bool]
    origins: frozenset[str] = frozenset()
    """Of other sites whose pages may ask too; ``*``: of every site."""

    def check_place(self, request: Request) -> None:
        """Raises Refused for a name that is not the server's, and for pages of other sites."""
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if not self.is_our_host(host):
            raise Refused(
                403,
                "This server does not go by the name it was asked for. Ask it under the address it shows "
                "at its start.",
            )
        # Browsers always say from which page they ask; programs do not.
        if origin is None or hosts.is_same_place(origin, host):
            return
        if not self.origins & {"*", origin.lower()}:
            raise Refused(
                403, "Pages of other sites are not answered, unless thaw serve is given --allow-origin."
            )

    async def check(self, request: Request) -> None:
        """As ``check_place``; raises Refused for who has no token, too, and WorkspaceError."""
        self.check_place(request)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        expected = await run_in_threadpool(self.token)
        is_it = hmac.compare_digest(given.strip().encode(), expected.encode())
        if scheme.lower() != "bearer" or not is_it:
            raise Refused(
                401,
                "Send the token, which thaw token shows, in a header: Authorization: Bearer TOKEN.",
                {"WWW-Authenticate": "Bearer"},
            )


def only_this_computer(host: str) -> bool:
    """Against a foreign name that leads to this computer."""
    return hosts.hostname(host) in hosts.LOOPBACK
