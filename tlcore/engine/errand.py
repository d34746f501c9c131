"""The process of an errand: ``python -m tlcore.engine.errand KEY``. It imports what the job needs, no more.

The job comes through standard input, which stays open as long as the engine lives.
"""

import logging
import pickle
import sys

from tlcore import own_process
from tlcore.engine import calls

log = logging.getLogger("tlcore.engine.errand")


def main(key: str) -> int:
    logging.basicConfig(format="%(asctime)s - %(name)s - %(levelname)s - %(message)s")
    logging.getLogger("tlcore").setLevel(logging.INFO)
    reference, arguments = pickle.load(sys.stdin.buffer)
    own_process.begin()
    log.info("Job %s starts.", key)
    try:
        calls.run(reference, arguments)
    except Exception:
        log.exception("Job %s ended with an error.", key)
        return 1
    log.info("Job %s ended.", key)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
