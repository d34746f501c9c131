"""A part of the program with a heading: a comment in the file, a cell of its own in the notebook."""

import textwrap
from typing import NamedTuple

from tlcore.program.layout import WIDTH


class Section(NamedTuple):
    title: str
    text: str
    """What a learner should know, in a paragraph; never text of a user."""
    code: str
    imports: tuple[str, ...] = ()
    """Statements that the code needs, beyond keras and numpy."""

    @property
    def commented(self) -> str:
        """Heading and text as comments above the code."""
        lines = [self.title, *textwrap.wrap(self.text, WIDTH - len("# "))]
        return "\n".join([*(f"# {line}" for line in lines), self.code])

    @property
    def begins_with_definition(self) -> bool:
        return self.code.startswith(_DEFINITIONS)

    @property
    def ends_with_definition(self) -> bool:
        begun = [line for line in self.code.splitlines() if line and line[0] not in " )]"]
        return begun[-1].startswith(_DEFINITIONS)


_DEFINITIONS = ("def ", "class ", "@")
