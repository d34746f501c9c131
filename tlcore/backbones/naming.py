"""Layer names that are the same every time a network is built."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def counted_from_zero() -> Iterator[None]:
    """Keras' automatic names (``conv2d_94``) start from zero inside, so a recipe may name a layer.

    Afterwards the counters stand at the higher of the two: a layer made later never takes a name used inside.
    """
    from keras.src.backend.common import global_state

    key = "object_name_uids"
    before = global_state.get_global_attribute(key) or {}
    inside: defaultdict[str, int] = defaultdict(int)
    global_state.set_global_attribute(key, inside)
    try:
        yield
    finally:
        after: defaultdict[str, int] = defaultdict(int, before)
        for name, count in inside.items():
            after[name] = max(after[name], count)
        global_state.set_global_attribute(key, after)
