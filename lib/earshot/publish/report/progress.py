"""What a person sees while a report is made: live bars on a terminal, one plain line per event in a log."""

import sys
from collections.abc import Callable

from earshot.publish.safety.quotes import plain


class Board:
    """The state of a report on the screen; ``sink`` takes the lines instead when it is given."""

    def __init__(self, sink: Callable[[str], None] | None = None):
        self.sink = sink
        self.live = None
        self.bars: dict[str, int] = {}
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

    def step(self, name: str, done: int, total: int) -> None:
        """Move the bar of an enrichment step; only a terminal shows it."""
        self._move(name, name, done, total)

    def expect(self, total: int) -> None:
        """Announce how many notebooks will be run or reused."""
        self._move("notebooks", "notebooks", 0, total)

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
            self.live.advance(self.bars["notebooks"])
        self._describe()
        self.say(f"{name}: {words}")

    def _move(self, bar: str, words: str, done: int, total: int) -> None:
        if self.sink or not sys.stdout.isatty():
            return
        if self.live is None:
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self.live = Progress(
                BarColumn(20),
                MofNCompleteColumn(),
                TextColumn("{task.description}", markup=False),
                TimeElapsedColumn(),
                transient=True,
            )
            self.live.start()
        if bar not in self.bars:
            self.bars[bar] = self.live.add_task(words, total=total)
        self.live.update(self.bars[bar], completed=done, total=total)

    def _describe(self) -> None:
        if self.live:
            words = f"notebooks: {', '.join(self.running)}" if self.running else "notebooks"
            self.live.update(self.bars["notebooks"], description=words)
