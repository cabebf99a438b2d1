"""Doors 1 and 2: the suite inside pytest."""
