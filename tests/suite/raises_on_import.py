"""A store whose module can't be imported."""

raise RuntimeError("the driver is missing")
