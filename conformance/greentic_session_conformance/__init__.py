"""The conformance suite for session stores."""
