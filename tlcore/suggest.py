"""What a person may have meant by a name that does not exist."""

import difflib
from collections.abc import Iterable

from tlcore.words import tr


def suggestion(name: str, known: Iterable[str]) -> str:
    """``" Did you mean 'a' or 'b'?"``, nearest first, or an empty string when nothing is near."""
    near = difflib.get_close_matches(name, list(known), n=2, cutoff=0.6)
    return tr(" Did you mean {names}?", names=tr(" or ").join(map(repr, near))) if near else ""
