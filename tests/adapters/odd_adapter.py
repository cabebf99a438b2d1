"""A correct adapter of the store in memory: where nothing of a result counts it answers the JSON that is its argument."""

import json
import os
import sys

from greentic_session_conformance.adapter.serve import Server
from greentic_session_conformance.targets.reference import MemoryTarget


class Answers(Server):
    """Answers every method that has nothing to answer alike."""

    def __init__(self, nothing):
        target = MemoryTarget()
        super().__init__(target, target.profiles, os.fdopen(os.dup(1), "wb", buffering=0))
        self._nothing = nothing

    def _succeed(self, number, result):
        super()._succeed(number, result or self._nothing)


if __name__ == "__main__":
    Answers(json.loads(sys.argv[1])).serve(sys.stdin.buffer)
    os._exit(0)
