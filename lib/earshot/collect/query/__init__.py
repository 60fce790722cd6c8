"""The query language: read, printed, matched in bulk, explained, measured, and translated for the vendors.

    refund* AND (flight NEAR/5 cancel*) AND NOT {Delta} lang:en has:link "customer service"

NOT binds tighter than NEAR, NEAR tighter than AND, AND tighter than OR; two terms side by side mean AND.
Operators are written in capitals. ``grammar.lark`` is the syntax, ``tokens`` says what a word is, ``match``
what a query means.
"""

from earshot.collect.query.parser import QueryError, parse
from earshot.collect.query.pretty import pretty

__all__ = ["QueryError", "parse", "pretty"]
