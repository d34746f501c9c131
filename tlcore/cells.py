"""Cells of a CSV file for people who open it in a spreadsheet."""

# A spreadsheet takes a cell that begins so for a formula, and may run it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(text: str) -> str:
    """Never a formula: a text that begins like one gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
