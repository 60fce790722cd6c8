"""The demo brand where it is asked for:
simulated on first use, and imported like the files of any customer.
"""

from collections.abc import Callable

from earshot.core.workspace import Workspace

NAME = "demo"


def supply(workspace: Workspace, progress: Callable[[str], None] = lambda line: None) -> bool:
    """Simulate and import what is missing of the demo brand;
    return whether anything was, False for another workspace.

    A simulation or import that was killed half-way is finished by the next call.
    """
    if workspace.name != NAME:
        return False
    inbox = workspace.data / "inbox"
    if not (workspace.data / "truth" / "truth.json").exists():  # written last
        from earshot.demo.simulation import simulate

        progress(f"Simulating the demo brand, {workspace.params.posts:,} posts")
        simulate(workspace.data, workspace.params.posts)
    known = set(workspace.store.read("imports", columns=["file"])["file"])
    waiting = [
        path for path in sorted(inbox.iterdir()) if path.name not in known and not path.name.startswith(".")
    ]
    if waiting:
        from earshot.collect.files.importing import import_files

        progress(f"Importing {', '.join(path.name for path in waiting)}")
        import_files(workspace, waiting)
    from earshot.demo.listening import record

    record(workspace)
    return bool(waiting)
