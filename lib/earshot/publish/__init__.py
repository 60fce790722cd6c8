"""Claims on the screen and on the page: show, charts, the page, its checks, the index, runs and verify."""
