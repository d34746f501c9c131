"""Pictures judged one after the other in a thread of this process, which nobody has to wait for.

What was judged is on the disk at once: a batch that was cut off goes on with the picture after it.
"""

import atexit
import json
import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from filelock import FileLock, Timeout

from tlcore import archives, predictions, words
from tlcore.archives import Found, ZipBomb
from tlcore.errors import DatasetError, NotSaved, ThawError
from tlcore.images import make_safe
from tlcore.predict import Predictor
from tlcore.predictions import Batch, Row, Status
from tlcore.report import Report
from tlcore.runs import Run
from tlcore.sources import opened, without_junk
from tlcore.uploads import Upload
from tlcore.words import mark, tr
from tlcore.workspace import Workspace, append_line

MAX_FILES = 10_000
_NO_NUMBERS = mark("The model gives no numbers. Train it again with a lower learning rate.")
_TELL_S = 0.3
_PATIENCE_S = 5.0

log = logging.getLogger("tlcore.predictions")

# Pillow and LiteRT work outside of Python's lock: while one picture is judged another is decoded.
_THREADS = 2
_CHUNK = 8
# A graph computes on all cores; of more at the same time each would only take longer.
_turns = threading.BoundedSemaphore(2)
_closing = threading.Event()
_working: set[threading.Thread] = set()

Opener = Callable[[], Predictor]


@dataclass(frozen=True)
class _Picture:
    """A file to be judged; ``obtain`` gives its name as it is kept, its content, width and height."""

    number: int
    name: str
    obtain: Callable[[], tuple[str, bytes, int, int]]


def start(
    workspace: Workspace,
    run: Run,
    source: Path,
    opener: Opener,
    *,
    name: str,
    upload: str = "",
    missing: Sequence[str] = (),
) -> Batch:
    """Begin with the pictures of a folder or an archive. ``opener`` gives what judges, in the thread.

    Raises WorkspaceError when nothing can be written. What cannot be judged is in the batch's ``look``.
    """
    batch = predictions.create(workspace, run, source, name=name, upload=upload, missing=missing)
    go_on(workspace, batch, opener)
    return batch


def start_upload(
    workspace: Workspace, run: Run, upload: Upload, opener: Opener, *, missing: Sequence[str] = ()
) -> Batch:
    """As ``start``, with what a browser has sent; it is removed when it is judged, or cannot be."""
    return start(workspace, run, upload.data, opener, name=upload.name, upload=upload.id, missing=missing)


def again(workspace: Workspace, batch: Batch, run: Run, opener: Opener) -> Batch:
    """Another batch: the pictures of this one, judged by ``run``. Raises DatasetError for one not done."""
    if predictions.look(workspace, batch).status is not Status.DONE:
        raise DatasetError(tr("Not all of these pictures are judged yet. Let that come to its end first."))
    other = predictions.create(
        workspace, run, batch.images, name=batch.name, of=batch.id, missing=batch.missing
    )
    go_on(workspace, other, opener)
    return other


def go_on(workspace: Workspace, batch: Batch, opener: Opener) -> None:
    """Judge what is left of it; if it is being judged already, nothing."""
    held = predictions.lock(workspace, batch)
    try:
        held.acquire(timeout=_PATIENCE_S)
    except Timeout:
        return
    batch.stop_file.unlink(missing_ok=True)
    append_line(batch.story_file, {"event": Status.JUDGING})
    thread = threading.Thread(
        target=_run,
        args=(workspace, batch, opener, held, words.language()),
        name=f"predict-{batch.id}",
        daemon=True,
    )
    _working.add(thread)
    thread.start()


def stop(batch: Batch) -> None:
    """After the pictures in hand."""
    batch.stop_file.touch()


@atexit.register
def _close() -> None:
    """Nothing is cut off in the middle of a picture when the process ends."""
    _closing.set()
    for thread in [*_working]:
        thread.join(_PATIENCE_S)


def _run(workspace: Workspace, batch: Batch, opener: Opener, held: FileLock, language: str) -> None:
    """``language``: of who asked, in which it tells of itself."""
    with words.speaking(language):
        _run_to_an_end(workspace, batch, opener, held)


def _run_to_an_end(workspace: Workspace, batch: Batch, opener: Opener, held: FileLock) -> None:
    try:
        with _turns:
            _work(workspace, batch, opener)
    except FileNotFoundError:
        # Somebody has forgotten the pictures meanwhile; anything else that is missing is a fault.
        if batch.folder.is_dir():
            log.exception("the batch %s failed", batch.id)
            _end(
                batch, Status.FAILED, tr("Something is missing that should not be. Send the pictures again.")
            )
    except ThawError as error:
        _end(batch, Status.FAILED, str(error))
        if isinstance(error, DatasetError):
            predictions.discard_upload(workspace, batch)
    except Exception:
        log.exception("the batch %s failed", batch.id)
        _end(
            batch,
            Status.FAILED,
            tr("Something went wrong. The server's log says more of {batch}.", batch=batch.id),
        )
    finally:
        held.release()
        _working.discard(threading.current_thread())


def _end(batch: Batch, status: Status, message: str = "") -> None:
    if batch.folder.is_dir():
        append_line(batch.story_file, {"event": status, "message": message})


def _work(workspace: Workspace, batch: Batch, opener: Opener) -> None:
    with _pictures(workspace, batch) as pictures:
        known = {row.number for row in predictions.rows(batch)}
        left = [picture for picture in pictures if picture.number not in known]
        _tell(batch, len(pictures) - len(left), len(pictures))
        ended = _judge_all(batch, opener(), left, len(pictures))
    if not ended:
        return
    _end(batch, Status.DONE)
    predictions.discard_upload(workspace, batch)


def _judge_all(batch: Batch, predictor: Predictor, left: Sequence[_Picture], total: int) -> bool:
    """Whether it came to its end."""
    told_s = time.monotonic()
    with (
        open(batch.rows_file, "a", encoding="utf-8") as file,
        ThreadPoolExecutor(_THREADS, thread_name_prefix="predict") as pool,
    ):
        if file.tell():
            # A kill may have torn the last line.
            file.write("\n")
        for at in range(0, len(left), _CHUNK):
            if batch.stop_file.exists():
                _end(batch, Status.STOPPED)
                return False
            if _closing.is_set():
                return False
            try:
                rows = pool.map(partial(_judge, batch, predictor, words.language()), left[at : at + _CHUNK])
            except RuntimeError:
                return False  # Python ends: its pools take nothing any more.
            for row in rows:
                file.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
            file.flush()
            if time.monotonic() - told_s > _TELL_S:
                told_s = time.monotonic()
                _tell(batch, total - len(left) + at + _CHUNK, total)
    _tell(batch, total, total)
    return True


def _tell(batch: Batch, done: int, total: int) -> None:
    append_line(batch.story_file, {"event": Status.JUDGING, "done": min(done, total), "total": total})


def _judge(batch: Batch, predictor: Predictor, language: str, picture: _Picture) -> Row:
    try:
        with words.speaking(language):
            file, content, width, height = picture.obtain()
    except ZipBomb:
        raise
    except DatasetError as error:
        return Row(picture.number, picture.name, reason=str(error))
    _keep(batch.images / file, content)
    raw = [float(value) for value in predictor.raw_kept(batch.images / file)]
    if not all(map(math.isfinite, raw)):
        with words.speaking(language):
            return Row(picture.number, picture.name, reason=tr(_NO_NUMBERS))
    # As many digits as there are in float32.
    digits = tuple(float(f"{value:.8g}") for value in raw)
    return Row(picture.number, picture.name, file, width, height, digits)


def _keep(path: Path, content: bytes) -> None:
    # Named by the thread: the same picture may be there twice, and both be judged at once.
    temporary = path.with_name(f".{path.name}-{threading.get_ident()}")
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NotSaved(
            tr("The pictures could not be saved ({strerror}). Free some space.", strerror=error.strerror)
        ) from error


@contextmanager
def _pictures(workspace: Workspace, batch: Batch) -> Iterator[list[_Picture]]:
    """What is to be judged, in the order of the names."""
    if batch.of:
        rows = predictions.rows(predictions.load(workspace, batch.of))
        yield [
            _Picture(row.number, row.name, partial(_kept, Path(batch.source) / row.file, row))
            if row.file
            else _Picture(row.number, row.name, partial(_refuse, row.reason))
            for row in rows
        ]
        return
    report = Report()
    with opened(Path(batch.source), batch.folder, batch.name) as (listing, label):
        found = without_junk(listing, report)
        if not found and not report.left_out and not batch.missing:
            raise DatasetError(tr("{label} holds no picture.", label=label))
        if len(found) > MAX_FILES:
            raise DatasetError(
                tr(
                    "There are {files:,} files; {limit:,} is the limit of this page. thaw predict judges "
                    "as many as there are.",
                    files=len(found),
                    limit=MAX_FILES,
                )
            )
        skipped = [
            _Picture(number, left.name, partial(_refuse, left.reason))
            for number, left in enumerate(report.left_out)
        ]
        yield skipped + [
            _Picture(number, archives.clean_text(one.name), partial(_made_safe, one))
            for number, one in enumerate(found, len(skipped))
        ]


def _refuse(reason: str) -> tuple[str, bytes, int, int]:
    raise DatasetError(reason)


def _made_safe(found: Found) -> tuple[str, bytes, int, int]:
    if found.size_bytes > archives.MAX_FILE_BYTES:
        raise DatasetError(archives.too_large())
    safe = make_safe(found.read())
    return f"{safe.sha256}{safe.suffix}", safe.content, safe.width_px, safe.height_px


def _kept(path: Path, row: Row) -> tuple[str, bytes, int, int]:
    try:
        return row.file, path.read_bytes(), row.width_px, row.height_px
    except OSError as error:
        raise DatasetError(tr("The picture is not here any more. Send it again.")) from error
