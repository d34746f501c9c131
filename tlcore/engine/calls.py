"""What a job is called with: its arguments, and the language of who asked, in which it tells of itself."""

import pickle

from tlcore import words
from tlcore.engine.references import resolve


def packed(arguments: tuple[object, ...]) -> bytes:
    return pickle.dumps((words.language(), arguments), protocol=5)


def run(reference: str, arguments: bytes, *more: object) -> None:
    """Call the function of a reference, in a process of the engine. Raises what it raises."""
    language, given = pickle.loads(arguments)
    with words.speaking(language):
        resolve(reference)(*given, *more)
