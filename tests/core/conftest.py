"""The rows that the tests of the store write are made in one place, which subprocesses import as well."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
