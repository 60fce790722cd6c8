"""The kernel of a report: ipykernel in this very Python,
whatever kernels the machine lists, over private sockets.
"""

import os
import sys
from pathlib import Path

from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_core.paths import jupyter_runtime_dir
from traitlets import default


class OwnKernel(AsyncKernelManager):
    """A kernel started with this interpreter,
    so that a missing or foreign kernel named python3 does not matter.
    """

    @property
    def kernel_spec(self) -> KernelSpec:
        """The kernel's command, made here instead of looked up."""
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
            display_name="Python 3",
            language="python",
        )

    @default("transport")
    def _use_sockets(self) -> str:
        # Sockets in a private folder: no port that two kernels race for (papermill#511), nothing others can
        # listen
        # to.
        return "tcp" if os.name == "nt" else "ipc"

    @default("ip")
    def _name_sockets(self) -> str:
        # The default is a name relative to the working directory, which two notebooks of a run share.
        return "127.0.0.1" if os.name == "nt" else str(Path(jupyter_runtime_dir()) / "socket")
