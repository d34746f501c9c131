"""What pydantic asks of a value of a recipe, in the reader's language where most values are asked it."""

from typing import TYPE_CHECKING

from tlcore.words import mark, number, tr

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_RULES = {
    "greater_than": mark("should be greater than {gt}"),
    "greater_than_equal": mark("should be greater than or equal to {ge}"),
    "less_than": mark("should be less than {lt}"),
    "less_than_equal": mark("should be less than or equal to {le}"),
    "literal_error": mark("should be {expected}"),
    "int_type": mark("should be a valid integer"),
    "int_parsing": mark("should be a valid integer, unable to parse string as an integer"),
    "float_type": mark("should be a valid number"),
    "float_parsing": mark("should be a valid number, unable to parse string as a number"),
    "string_type": mark("should be a valid string"),
    "finite_number": mark("should be a finite number"),
}


def sentence(error: "ErrorDetails") -> str:
    """The rule as a part of a sentence, without a full stop."""
    rule = error["msg"].removeprefix("Input ").removeprefix("Value error, ").rstrip(".")
    known, values = _RULES.get(error["type"], ""), error.get("ctx", {})
    # As pydantic writes the limits: it says 0 where the rule has 0.0.
    limits = {key: f"{value:g}" if isinstance(value, float) else value for key, value in values.items()}
    if not known or known.format(**limits) != rule:
        return rule
    said = {key: number(value, "g") if isinstance(value, float) else value for key, value in values.items()}
    return tr(known, **said)
