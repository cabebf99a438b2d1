"""The files of a report: ``report.json``, ``junit.xml``, ``summary.md``, ``report.html``, ``badge.json`` and the scripts under ``repro/``."""

import json
import shutil
from pathlib import Path
from typing import Any

from greentic_session_conformance.report.badge import badge
from greentic_session_conformance.report.html import page
from greentic_session_conformance.report.junit import junit
from greentic_session_conformance.report.model import Report, script_name
from greentic_session_conformance.report.summary import summary
from greentic_session_conformance.report.text import encodable, encodable_in


def write(report: Report, folder: Path) -> None:
    """Write a report's files into a folder, which is made; scripts of an earlier run are removed.

    Raises:
        OSError: the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "report.json", _json(report.as_dict()))
    (folder / "junit.xml").write_bytes(junit(report))
    _write(folder / "summary.md", summary(report))
    _write(folder / "report.html", page(report))
    _write(folder / "badge.json", _json(badge(report)))
    scripts = folder / "repro"
    shutil.rmtree(scripts, ignore_errors=True)
    for item in report.requirements:
        for number, failure in enumerate(item.failures):
            if failure["script"]:
                scripts.mkdir(exist_ok=True)
                _write(scripts / script_name(item, number), failure["script"])


def _json(value: Any) -> str:
    return json.dumps(encodable_in(value), indent=2) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(encodable(text), encoding="utf-8")
