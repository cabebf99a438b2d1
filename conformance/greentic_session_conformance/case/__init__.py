"""What a check is given to work with: a store whose every call is recorded, limited in time and described."""

from greentic_session_conformance.case.answer import Answer
from greentic_session_conformance.case.case import Case, Conditions
from greentic_session_conformance.case.handle import Handle
from greentic_session_conformance.case.verdicts import (
    Failed,
    NoAnswer,
    NotJudged,
    OperationHung,
    OutcomeUnknownError,
    StoreLost,
    TargetFault,
)

__all__ = [
    "Answer",
    "Case",
    "Conditions",
    "Failed",
    "Handle",
    "NoAnswer",
    "NotJudged",
    "OperationHung",
    "OutcomeUnknownError",
    "StoreLost",
    "TargetFault",
]
