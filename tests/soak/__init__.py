"""Chance, load, kills and memory: KB_SOAK, 1 without it, says how many times as long."""

import os

TIMES = int(os.environ.get("KB_SOAK", "1"))
