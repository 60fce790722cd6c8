"""Claims on the screen and on the page: show, charts, the page, its checks, the index, runs and verify."""

import sys

# jsonschema, which Altair and nbformat load, builds a grammar of IRIs when it can: two seconds in every
# process, for a check that nothing here asks for.
sys.modules.setdefault("rfc3987_syntax", None)
