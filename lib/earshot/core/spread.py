"""Heavy steps, partition by partition:
on the cores of one machine, or on a Dask cluster when one is named.
"""

from collections.abc import Callable, Iterable


def spread(function: Callable, parts: Iterable, cluster: str = "", workers: int | None = None) -> list:
    """Return ``[function(part) for part in parts]``, computed side by side, in the order of ``parts``.

    ``cluster`` is the address of a Dask scheduler; empty means this machine, with ``workers`` processes (all
    cores by default, none for a single part). The result is the same either way.
    """
    parts = list(parts)
    if cluster:
        return _on_cluster(function, parts, cluster)
    if len(parts) < 2 or workers == 1:
        return [function(part) for part in parts]
    from joblib import Parallel, delayed

    return Parallel(n_jobs=workers or -1, backend="loky")(delayed(function)(part) for part in parts)


def _on_cluster(function: Callable, parts: list, address: str) -> list:
    from dask.distributed import Client

    try:
        client = Client(address, set_as_default=False, timeout="10s")
    except OSError:
        raise ConnectionError(
            f"No Dask scheduler answers at {address}; start it, correct `cluster` in brief.yml, "
            "or leave it empty to use this machine."
        ) from None
    with client:
        return client.gather(client.map(function, parts, pure=False))
