"""How we do against what was agreed: formulas, contracts, verdicts, and what labels change."""

from earshot.analyse.kpis.figures import measure
from earshot.analyse.kpis.scorecard import Scorecard

__all__ = ["Scorecard", "measure"]
