"""What is said of the rows of labels.csv that are not as they should be."""

from collections.abc import Sequence

from tlcore.errors import DatasetError
from tlcore.report import Report, quoted
from tlcore.words import tr, trn

NAME = "labels.csv"


def tell(report: Report, unknown: Sequence[str], unclear: Sequence[str], again: Sequence[str]) -> None:
    """A note of the files that no picture has, of those that several may be, and of those named twice."""
    if unknown:
        report.notes.append(
            trn(
                "{n:,} row of {file} names no picture: {rows}.",
                "{n:,} rows of {file} name no picture: {rows}.",
                len(unknown),
                file=NAME,
                rows=quoted(unknown),
            )
        )
    if unclear:
        report.notes.append(
            trn(
                "{n:,} file name of {file} could be several files: {names}. Write the path with its folders.",
                "{n:,} file names of {file} could be several files: {names}. Write the path with its "
                "folders.",
                len(unclear),
                file=NAME,
                names=quoted(unclear),
            )
        )
    if again:
        report.notes.append(
            trn(
                "{n:,} picture in several rows of {file}, whose labels were put together: {names}.",
                "{n:,} pictures in several rows of {file}, whose labels were put together: {names}.",
                len(again),
                file=NAME,
                names=quoted(again),
            )
        )


def wrong_width(line: int, cells: int, width: int, delimiter: str) -> DatasetError:
    # The other one: this one already separates the columns.
    sign = "|" if delimiter == ";" else ";"
    return DatasetError(
        trn(
            "Line {line} of {file} has {n:,} cell; the header has {width}. Separate several labels by "
            "'{sign}'.",
            "Line {line} of {file} has {n:,} cells; the header has {width}. Separate several labels by "
            "'{sign}'.",
            cells,
            line=line,
            file=NAME,
            width=width,
            sign=sign,
        )
    )


def too_large(size_bytes: int, limit_bytes: int) -> DatasetError:
    return DatasetError(
        tr(
            "{file} has {size:.0f} MB; {limit:.0f} MB is the limit. Keep only the columns and rows that are "
            "needed.",
            file=NAME,
            size=size_bytes / 1e6,
            limit=limit_bytes / 1e6,
        )
    )
