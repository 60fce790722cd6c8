"""Earshot: listen to what people say about a brand in public, and act on it with honest numbers.

The house, floor by floor (a floor imports only floors below it):

    publish   claims, charts, show, pages, runs, verify   what people read
    respond   alert rules, routing, tickets               (with the notebooks that need it)
    analyse   one module per notebook                     what the posts mean
    enrich    text, language, duplicates, sentiment, …    what we add to each post
    collect   files, the demo brand                       where posts come from
    govern    masking, pseudonyms                         what may be stored
    core      params, tables, store, spread, clock, claim what everything stands on

>>> import earshot
>>> earshot.open("demo").params.brand
'Larkspur'
"""

from earshot.core.workspace import open_workspace as open

__all__ = ["open"]
