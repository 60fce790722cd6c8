"""How we do against what was agreed: formulas, contracts, verdicts, and what labels and missing counts
change.
"""
