"""The checks: one module a family, each check naming the rules that it judges.

This package lists them; :mod:`greentic_session_conformance.run` runs them.
"""

from greentic_session_conformance.checks.registry import Check, check, checks

__all__ = ["Check", "check", "checks"]
