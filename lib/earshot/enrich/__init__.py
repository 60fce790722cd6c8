"""What is added to each post, step by step; see steps for the order."""

import os

# Read when the matrix libraries are first loaded. By default their idle threads spin, which on a shared
# machine made embedding seven times slower (measured); and nothing may be fetched unless somebody says so.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
