"""Dev, staging and production never share a table: tables belong to the environment that wrote to them first.

A workspace is what ``environment`` in its streams.yml says, and dev where nothing says so. Whichever command
opens the tables of a workspace, they are refused when they belong to another environment or when another
workspace of another environment keeps its tables there too. The first write notes whose they are, beside
them.
"""

from pathlib import Path

from earshot.core.params import ParamError, read_yaml

ENVIRONMENTS = ("dev", "staging", "production")
NOTE = ".environment"


def environment_of(folder: Path) -> str:
    """Return the environment of the workspace whose parameters lie in ``folder``;
    raises ParamError for no such one.
    """
    path = Path(folder) / "streams.yml"
    named = read_yaml(path).get("environment", ENVIRONMENTS[0]) if path.exists() else ENVIRONMENTS[0]
    if named not in ENVIRONMENTS:
        raise ParamError(
            f"params/{path.parent.name}/streams.yml: environment: got {named!r}; input should be 'dev', "
            "'staging' or 'production'."
        )
    return named


def keep_apart(folder: Path, root: str, environment: str) -> None:
    """Raise ParamError when the tables at ``root`` are also those of a workspace,
    or of a note, of another environment.

    ``folder`` holds the parameters of the workspace that asks; those of the others lie beside it.
    """
    where = f"params/{folder.name}/streams.yml"
    for brief in sorted(folder.parent.glob("*/brief.yml")):
        # Only a workspace that names its store can have come upon ours; most need not be read further.
        if brief.parent == folder or not _same(_store_of(brief), root):
            continue
        theirs = environment_of(brief.parent)
        if theirs != environment:
            raise ParamError(
                f"{where}: this workspace is {environment} and shares its tables ({root}) with the "
                f"workspace {brief.parent.name}, which is {theirs}; give it a store of its own."
            )
    check_owner(root, environment, where)


def check_owner(root: str, environment: str, where: str = "streams.yml") -> str:
    """Return whose the tables are ("" when nobody wrote yet);
    raises ParamError when they are another environment's.
    """
    owner = _noted(root)
    if owner and owner != environment:
        raise ParamError(
            f"{where}: these tables ({root}) were begun as {owner} and this workspace is now "
            f"{environment}; give it a store of its own, or set environment: {owner}."
        )
    return owner


def claim(root: str, environment: str) -> None:
    """Note whose tables these are, once, before the first write;
    raises ParamError when they are another's.
    """
    if check_owner(root, environment):
        return
    try:
        if "://" in root:
            _note_remotely(root, environment)
        else:
            Path(root).mkdir(parents=True, exist_ok=True)
            with (Path(root) / NOTE).open("x", encoding="utf-8") as note:
                note.write(f"{environment}\n")
    except FileExistsError:  # another process was first
        check_owner(root, environment)


def _noted(root: str) -> str:
    if "://" in root:
        return _noted_remotely(root)
    try:
        return (Path(root) / NOTE).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _noted_remotely(root: str) -> str:
    """Return the note on an object store, where it is a table of one row:
    only the first commit of a table succeeds.
    """
    from deltalake import DeltaTable
    from deltalake.exceptions import TableNotFoundError

    try:
        return str(DeltaTable(f"{root.rstrip('/')}/{NOTE}").to_pyarrow_table()["environment"][0])
    except TableNotFoundError:
        return ""


def _note_remotely(root: str, environment: str) -> None:
    import pyarrow as pa
    from deltalake import write_deltalake
    from deltalake.exceptions import DeltaError

    try:
        write_deltalake(f"{root.rstrip('/')}/{NOTE}", pa.table({"environment": [environment]}), mode="error")
    except DeltaError:
        if not _noted_remotely(root):
            raise
        raise FileExistsError(root) from None


def _store_of(brief: Path) -> str:
    named = "store:" in brief.read_text(encoding="utf-8") and read_yaml(brief).get("store")
    return str(named or brief.parents[2] / "data" / brief.parent.name / "store")


def _same(one: str, other: str) -> bool:
    if "://" in one + other:
        return one.rstrip("/") == other.rstrip("/")
    return Path(one).resolve() == Path(other).resolve()
