"""What every evaluation does alike: its figures are written, its scores shown with the same decimals."""

import json
from pathlib import Path

import pandas as pd


class EvaluationReport:
    """An evaluation with ``metrics``, plain names and values;
    its tables show scores with so many ``DECIMALS``.
    """

    metrics: dict
    DECIMALS = 3

    @classmethod
    def formats(cls, table: pd.DataFrame) -> dict[str, str]:
        """Return how each score in a table is written."""
        return dict.fromkeys(table.select_dtypes("float"), f",.{cls.DECIMALS}f")

    def write(self, run_dir: str) -> None:
        """Write the metrics as metrics.json into the folder ``run_dir``; an empty name writes nothing."""
        if run_dir:
            Path(run_dir, "metrics.json").write_text(
                json.dumps(self.metrics, indent=1) + "\n", encoding="utf-8"
            )
