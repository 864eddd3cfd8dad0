"""The unit tier runs at every save, so it spares itself work that finds nothing."""

import gc

gc.disable()


def pytest_collection_finish() -> None:
    """Leave what was loaded until now to itself: none of it is ever garbage."""
    gc.freeze()
    gc.enable()
