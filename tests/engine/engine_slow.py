"""A module that takes as long to import as the test wants."""

import os
import time
from pathlib import Path

while not Path(os.environ["ENGINE_SLOW_GO"]).exists():
    time.sleep(0.01)
