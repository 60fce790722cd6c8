"""What a person sees while a report is made: a live line on a terminal, one plain line per event in a log."""

from collections.abc import Callable

from earshot.publish.quotes import plain


class Board:
    """The state of a report on the screen; ``sink`` takes the lines instead when it is given."""

    def __init__(self, sink: Callable[[str], None] | None = None):
        self.sink = sink
        self.live = None
        self.bar = None
        self.running: list[str] = []

    def __enter__(self) -> "Board":
        return self

    def __exit__(self, *_) -> None:
        if self.live:
            self.live.stop()

    def say(self, line: str) -> None:
        """Show one line, whatever strange characters it holds."""
        line = plain(line)
        if self.sink:
            self.sink(line)
        elif self.live:
            self.live.console.print(line, markup=False, highlight=False)
        else:
            print(line, flush=True)

    def expect(self, total: int) -> None:
        """Announce how many notebooks will be made or reused; on a terminal a bar appears."""
        import sys
        if self.sink or not sys.stdout.isatty():
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
        self.live = Progress(SpinnerColumn(), BarColumn(20), MofNCompleteColumn(), TextColumn("{task.description}"),
                             TimeElapsedColumn(), transient=True)
        self.bar = self.live.add_task("", total=total)
        self.live.start()

    def start(self, name: str, why: str) -> None:
        """A notebook begins."""
        self.running.append(name)
        self._describe()
        self.say(f"{name}: {why}")

    def end(self, name: str, words: str) -> None:
        """A notebook is done, reused or failed."""
        if name in self.running:
            self.running.remove(name)
        if self.live:
            self.live.advance(self.bar)
        self._describe()
        self.say(f"{name}: {words}")

    def _describe(self) -> None:
        if self.live:
            self.live.update(self.bar, description=", ".join(self.running))
