"""Earshot: listen to what people say about a brand in public, and act on it with honest numbers.

The house, floor by floor (a floor imports only floors below it); a room has one name on every floor:

    cli         the command
    publish     what people read: report, pages, charts, dashboards, verification
    analyse     what the posts mean, a room per question
    demo        the made-up brand
    enrich      what is added to each post, a room per step
    collect     where posts come from, and the one door into the store
    govern      what may be stored: masking and pseudonyms
    statistics  estimates and intervals, for everybody
    core        params, tables, store, claims, wording

>>> import earshot
>>> earshot.open("demo").params.brand
'Larkspur'
"""

from earshot.core.workspace import open_workspace as open

__all__ = ["open"]
