"""What the Python program does about how sure it has to be; nothing where nothing was chosen.

It does what ``confidence.Choice`` does. The numbers are read from ``confidence.json``, where they can be
changed.
"""

from tlcore.confidence import FILE, NONE
from tlcore.exporters.exporter import Facts
from tlcore.temperature import SMALLEST

_READ = f"""
CONFIDENCE = json.loads((FOLDER / "{FILE}").read_text(encoding="utf-8"))"""

_SOFTMAX = f'''
def calibrated(found):
    """Probabilities at the temperature that was chosen."""
    powers = numpy.clip(found, {SMALLEST}, 1) ** (1 / CONFIDENCE["temperature"])
    return powers / powers.sum()

'''

_SIGMOID = f'''
def calibrated(found):
    """Probabilities at the temperature that was chosen."""
    odds = 1 / numpy.clip(found, {SMALLEST}, 1 - {SMALLEST}) - 1
    return 1 / (1 + odds ** (1 / CONFIDENCE["temperature"]))

'''

_UNSURE = '''
def is_unsure(found):
    """Whether it says "I don't know": its answer is less sure than the threshold that was chosen."""
    return {sureness} < CONFIDENCE["threshold"]

'''


def read(facts: Facts) -> str:
    return "" if facts.choice == NONE else _READ


def calibrated(facts: Facts) -> str:
    """The function that applies the temperature."""
    if facts.choice == NONE:
        return ""
    return _SIGMOID if facts.independent else _SOFTMAX


def applied(facts: Facts, probabilities: str) -> str:
    """``probabilities``: an expression; another one of the same shape."""
    return probabilities if facts.choice == NONE else f"calibrated({probabilities})"


def unsure(facts: Facts) -> str:
    """The function that tells whether it knows."""
    if not facts.choice.threshold:
        return ""
    sureness = "min(max(p, 1 - p) for p in found)" if facts.several_labels else "max(found)"
    return _UNSURE.format(sureness=sureness)


def sure(facts: Facts) -> str:
    """What is printed before the probabilities: an argument and a comma."""
    return '"unsure" if is_unsure(found) else "sure", ' if facts.choice.threshold else ""
