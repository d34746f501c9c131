"""The table of rules: what the curves and answers of a run show, and what is worth a try then.

Where several hold, the first of each topic counts, and three at most are told: the table is sorted by what
matters most. The thresholds are judgements, wide enough that chance seldom passes them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tlcore.reading import changes, signs, words
from tlcore.reading.finding import Change, Finding
from tlcore.reading.seen import Seen

__all__ = ["MOST", "RULES", "Rule", "findings"]

MOST = 3
# Topics that leave open how it went.
_ASIDE = {"few", "ended"}


@dataclass(frozen=True)
class Rule:
    name: str
    topic: str
    """Of the rules of one topic only the first that holds is told; they would contradict each other."""
    concept: str
    holds: Callable[[Seen], bool]
    sentence: Callable[[Seen], str]
    change: Callable[[Seen], Change | None] = lambda seen: None

    def of(self, seen: Seen) -> Finding:
        return Finding(self.name, self.sentence(seen), self.change(seen), self.concept)


def _against_memorising(seen: Seen) -> Change | None:
    """The first that there is to change: what was thawed too far, then the head, then the length."""
    return (
        changes.fewer_trained_layers(seen.recipe, seen.layers)
        or changes.more_dropout(seen.recipe)
        or changes.early_stopping(seen.recipe)
    )


def _lower_rate(seen: Seen) -> Change:
    return changes.lower_rate(seen.recipe, seen.jumping or 0)


def _higher_rate(seen: Seen) -> Change | None:
    return changes.higher_rate(seen.recipe, 0)


def _thaw(seen: Seen) -> Change | None:
    return changes.thaw_last_layers(seen.recipe, seen.layers)


def _balance(seen: Seen) -> Change | None:
    return changes.balanced_classes(seen.recipe) if signs.some_unsaid_is_rare(seen) else None


RULES = (
    Rule("leak", "figure", "validation", signs.leaks, words.leak),
    Rule("rate_too_high", "fit", "learning_rate", signs.rate_too_high, words.rate_too_high, _lower_rate),
    Rule("never_said", "classes", "class_weights", signs.never_said, words.never_said, _balance),
    Rule(
        "rare_class",
        "classes",
        "class_weights",
        signs.rare_class,
        words.rare_class,
        lambda seen: changes.balanced_classes(seen.recipe),
    ),
    Rule("memorising", "fit", "overfitting", signs.memorises, words.memorises, _against_memorising),
    Rule("by_heart", "fit", "overfitting", signs.generalises_badly, words.by_heart, _against_memorising),
    Rule("rate_too_low", "fit", "learning_rate", signs.rate_too_low, words.rate_too_low, _higher_rate),
    Rule(
        "underfitting",
        "fit",
        "overfitting",
        signs.underfits,
        words.underfits,
        lambda seen: changes.less_dropout(seen.recipe),
    ),
    Rule(
        "still_improving",
        "length",
        "epoch",
        signs.still_improves,
        words.still_improves,
        lambda seen: changes.more_epochs(seen.recipe),
    ),
    Rule("plateau", "fit", "freezing", signs.stands_still, words.stands_still, _thaw),
    Rule("few_to_judge", "few", "validation", signs.too_few_to_judge, words.too_few_to_judge),
    Rule("perfect", "figure", "validation", signs.perfect, words.perfect),
    Rule("stopped_early", "ended", "epoch", lambda seen: seen.stopped_early, words.stopped_early),
)

_FINE = Rule(
    "fine",
    "all",
    "validation",
    signs.is_good,
    words.fine,
    lambda seen: _thaw(seen) if signs.can_thaw(seen) else None,
)
_UNCLEAR = Rule(
    "unclear",
    "all",
    "validation",
    lambda seen: True,
    words.unclear,
    lambda seen: _thaw(seen) if seen.trained_layers == 0 else None,
)


def findings(seen: Seen) -> tuple[Finding, ...]:
    """One to three, the most important first."""
    told: dict[str, Finding] = {}
    for rule in RULES:
        if rule.topic not in told and rule.holds(seen):
            told[rule.topic] = rule.of(seen)
    if told.keys() <= _ASIDE:
        told = {"all": (_FINE if _FINE.holds(seen) else _UNCLEAR).of(seen)} | told
    return tuple(told.values())[:MOST]
