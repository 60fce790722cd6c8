"""Write requirements.lock: every package that pyproject.toml asks for, and all that those need, as installed
here.

To move to newer versions: .venv/bin/pip install --upgrade NAME && make lock
"""

import tomllib
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
HEADER = """# Every package of the environment, made by `make lock` from pyproject.toml and .venv.
# `make setup` and environment.yml both install from here; edit pyproject.toml, never this file.
"""


def closure(wanted: list[str]) -> dict[str, str]:
    """Name and version of the wanted requirements and of all they need on this machine.

    GPU libraries are left out: they belong to the build of torch that pip chooses on each machine.
    """
    found: dict[str, str] = {}
    queue, seen = [Requirement(text) for text in wanted], set()
    while queue:
        requirement = queue.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen or name.startswith(("nvidia-", "cuda-")) or name == "triton":
            continue
        seen.add((name, extras))
        package = distribution(name)
        found[name] = Version(package.version).public  # without "+cpu"
        for needed in map(Requirement, package.requires or []):
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": extra}) for extra in {"", *extras}
            ):
                queue.append(needed)
    return found


def main() -> None:
    """Write the lock beside pyproject.toml and say how many packages it names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    packages = closure(project["dependencies"] + project["optional-dependencies"]["test"])
    lines = [f"{name}=={version}\n" for name, version in sorted(packages.items())]
    (ROOT / "requirements.lock").write_text(HEADER + "".join(lines))
    print(f"requirements.lock: {len(lines)} packages")


if __name__ == "__main__":
    main()
