"""The page of the test vectors, from their manifest."""

import json
from collections.abc import Mapping
from pathlib import Path

from greentic_session_conformance.rules import Rule

from tools.site_pages.text import PageError, code, prose, rule_link, table

_INTRO = """# Vectors

Language-neutral cases: a store or a codec in any language can be tested against these files alone.
"""
_NONE = "\nThis edition of the specification comes without vectors.\n"


def vector_pages(spec: Path, rules: Mapping[str, Rule]) -> dict[str, str]:
    """The vectors page and the files that it links to, by their path in the site.

    Raises:
        PageError: the manifest names a rule that doesn't exist.
    """
    folder = spec / "vectors"
    if not (folder / "manifest.json").is_file():
        return {"vectors/index.md": _INTRO + _NONE}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    rows: list[list[str]] = []
    pages: dict[str, str] = {}
    for file in manifest["files"]:
        path = file["path"]
        unknown = sorted(set(file["rules"]) - rules.keys())
        if unknown:
            raise PageError(f"spec/vectors/manifest.json: {path} names {', '.join(unknown)}, which is no rule")
        pages[f"vectors/{path}"] = (folder / path).read_text(encoding="utf-8")
        links = ", ".join(rule_link(rules[name], "../spec/") for name in file["rules"])
        rows.append([f"[{code(path)}]({path})", str(file["rows"]), prose(file["description"]), links])
    pages["vectors/manifest.json"] = (folder / "manifest.json").read_text(encoding="utf-8")
    body = table(["File", "Cases", "About", "Rules"], rows, "vectors")
    total = sum(file["rows"] for file in manifest["files"])
    counted = f"{total} cases in {len(rows)} files, for version {manifest['spec_version']} of the specification."
    listed = f"{counted} [`manifest.json`](manifest.json) lists them."
    readme = folder / "README.md"
    if readme.is_file():
        intro = readme.read_text(encoding="utf-8").rstrip()
        text = f"{intro}\n\n## Files\n\n{listed}\n\n{body}\n"
    else:
        text = f"{_INTRO}\n{listed}\n\n{body}\n"
    return {"vectors/index.md": text, **pages}
