"""The files of the checkout that are ours: those git knows or would add, not what an editor leaves beside."""

import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def tracked(pattern: str = "**") -> list[Path]:
    """Return, sorted, the files whose path
    from the checkout's top fits a pattern such as ``lib/earshot/**/*.py``.

    ``*`` stays within one folder and ``**`` does not. New files count before they are added, so that a test
    sees what is being worked on; whatever .gitignore names never does.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", f":(glob){pattern}"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = {name for name in listed.split("\0") if name}
    return sorted(CHECKOUT / name for name in names if (CHECKOUT / name).is_file())
