"""How much of the disk a folder takes."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder, or of a single file; 0 for what is not there."""
    return sum_of([folder])


def sum_of(places: Iterable[Path]) -> int:
    """Bytes of all files in several places. One that has several names, as in two splits, counts once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for found in (stat for place in places for stat in _files(place)):
        if found.st_nlink > 1:
            if (found.st_dev, found.st_ino) in seen:
                continue
            seen.add((found.st_dev, found.st_ino))
        total += found.st_size
    return total


def _files(place: Path) -> Iterator[os.stat_result]:
    waiting = [str(place)]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                # Nothing behind a link belongs to the folder.
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        yield entry.stat(follow_symlinks=False)
        except NotADirectoryError:
            yield os.stat(folder)
        except OSError:
            continue  # Removed by somebody else while we look.
