"""Searching for what no fixed check thought of: an oracle written from the specification, and what drives stores against it."""
