"""Where stored rows came from: every source by its name,
as sources.yml, a feed or its last import read it.
"""

import json
from dataclasses import replace

from earshot.collect.mapping.mapping import Source, parse, read_sources
from earshot.collect.sources import platform
from earshot.core.params import ParamError
from earshot.core.workspace import Workspace


def sources_of(workspace: Workspace) -> dict[str, Source]:
    """Return the sources whose rows are in the store;
    what stands in sources.yml goes before what an import noted.
    """
    found: dict[str, Source] = {}
    noted = workspace.store.read("imports", columns=["source", "mapping", "at"]).sort_values("at")
    for name, text in noted[["source", "mapping"]].dropna().itertuples(index=False, name=None):
        entry = json.loads(text).get("source")
        try:
            found[name] = parse(name, entry)
        except ParamError:  # an older edition of the entry; what stands in sources.yml holds
            continue
    found |= _feeds(workspace)
    return found | {source.name: source for source in read_sources(workspace)}


def _feeds(workspace: Workspace) -> dict[str, Source]:
    """Return the mapping of each feed's platform under the feed's name."""
    found = {}
    for name, entry in workspace.settings("feeds").items():
        try:
            mapping = platform(str(entry.get("platform") or "") if isinstance(entry, dict) else "").mapping
        except ParamError:  # told when the feed is read
            continue
        found[name] = replace(mapping, name=name)
    return found
