"""The report of a run: pure data, and what renders it."""
