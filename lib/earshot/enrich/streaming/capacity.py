"""What runs in line with arriving posts and what after them,
by the latency that is allowed; and what the peak costs.

A post waits until its micro-batch closes, then until the batch is stored and enriched in line. The
micro-batch is as long as half the budget; a step goes in line while the other half holds it at the peak rate,
in the order of the steps. Cores are loaded to 70% at most, so that a queue stays short: at 70% a batch waits
2.3 times its own length on average, at 90% nine times (M/M/1).
"""

from dataclasses import dataclass
from math import ceil, inf

from earshot.core.params import ParamError
from earshot.enrich.pipeline import steps
from earshot.enrich.streaming.step_costs import Cost, Costs

STORE = "store"
LOAD = 0.7
DAY, MONTH = 86_400, 30


@dataclass(frozen=True)
class Placed:
    """Where one step goes: its cost, in line or not, the seconds it adds to a batch at the peak, and why."""

    cost: Cost
    in_line: bool
    seconds: float
    why: str


@dataclass(frozen=True)
class Plan:
    """The steps placed, the seconds from arrival to enriched, and what the peak and a usual day need."""

    steps: tuple[Placed, ...]
    batch_seconds: float
    latency: float
    fits: bool
    cores_in_line: int
    cores_after: int
    partitions: int
    gigabytes_a_day: float
    log_gigabytes: float
    catch_up_hours: float
    price_a_month: float

    @property
    def in_line(self) -> list[str]:
        """The steps that run in line, as `steps` in streams.yml wants them."""
        return [placed.cost.step for placed in self.steps if placed.in_line and placed.cost.step != STORE]


@dataclass(frozen=True)
class Demand:
    """What is asked: peak and usual posts/s, seconds until enriched, hours of an outage, cores (0: as many as
    needed), the price of a core-hour, and the hours that the log keeps messages."""

    peak: float
    budget: float
    usual: float = 0.0
    outage: float = 1.0
    cores: int = 0
    price: float = 0.05
    hours: float = 168.0

    def __post_init__(self):
        for name in ("peak", "budget"):
            if not getattr(self, name) > 0:
                raise ParamError(f"{name}: got {getattr(self, name):g}; give a number above 0.")

    def workers(self, costs: list[Cost]) -> int:
        """Return how many cores these steps take at the peak, or may take."""
        return self.cores or max(1, ceil(self.peak * sum(1 / cost.rate for cost in costs) / LOAD - 1e-9))

    def seconds(self, cost: Cost, workers: int) -> float:
        """Return the seconds that a step adds to a batch, which the workers share."""
        return cost.fixed + self.peak * self.budget / 2 / workers / cost.rate

    def holds(self, costs: list[Cost]) -> bool:
        """Say whether the cores hold these steps at the peak, loaded to 70%."""
        return self.peak * sum(1 / cost.rate for cost in costs) <= self.workers(costs) * LOAD + 1e-9

    def total(self, costs: list[Cost]) -> float:
        """Return the seconds that these steps add to a batch."""
        return sum(self.seconds(cost, self.workers(costs)) for cost in costs)


def plan(costs: Costs, demand: Demand) -> Plan:
    """Place the steps and say what it takes; ``usual`` is a quarter of the peak where nobody says."""
    chosen, why = _choose(costs, demand)
    usual = demand.usual or demand.peak / 4
    workers = demand.workers(chosen)
    capacity = workers / sum(1 / cost.rate for cost in chosen)
    after = sum(usual / cost.rate for cost in costs.steps if cost not in chosen)
    cores_after = ceil(after / LOAD)
    latency = demand.budget / 2 + demand.total(chosen)
    spare = capacity - usual
    store = costs.of(STORE)
    return Plan(
        tuple(
            Placed(cost, cost in chosen, demand.seconds(cost, workers), why[cost.step])
            for cost in costs.steps
        ),
        demand.budget / 2,
        latency,
        latency <= demand.budget and demand.holds(chosen),
        workers,
        cores_after,
        max(4, 2 * workers),
        usual * DAY * sum(cost.bytes for cost in costs.steps) / 1e9,
        usual * demand.hours * 3600 * store.bytes * 2 / 1e9,  # the log is not compressed, as the tables are
        demand.outage * demand.peak / spare if spare > 0 else inf,
        (workers + cores_after) * 24 * MONTH * demand.price,
    )


def _choose(costs: Costs, demand: Demand) -> tuple[list[Cost], dict[str, str]]:
    """Return the steps that run in line, storing first, and why each does or does not."""
    chosen, why = [costs.of(STORE)], {STORE: "every post is stored first"}
    for cost in costs.steps:
        if cost.step == STORE:
            continue
        names = {one.step for one in chosen}
        missing = [need for need in steps.find(cost.step).needs if need not in names]
        left = demand.budget / 2 - demand.total(chosen)
        adds = demand.total([*chosen, cost]) - demand.total(chosen)
        if missing:
            why[cost.step] = (
                f"it needs {' and '.join(missing)}, which {'runs' if len(missing) == 1 else 'run'} after"
            )
        elif not demand.holds([*chosen, cost]):
            why[cost.step] = f"at the peak {demand.cores} cores do not hold it"
        elif adds > left:
            why[cost.step] = f"a batch would take {adds:.1f} s longer and {max(left, 0):.1f} s are left"
        else:
            chosen.append(cost)
            why[cost.step] = f"a batch takes {max(adds, 0):.1f} s longer and {left:.1f} s were left"
        if steps.find(cost.step).whole:
            why[cost.step] += "; it grows with what is stored"
    return chosen, why
