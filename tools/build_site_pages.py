"""Write the pages of the site into ``build/site-src``, with its navigation; ``mkdocs build`` does the rest.

Run it from the checkout, with the library and the suite importable::

    python -m tools.build_site_pages
"""

import json
import shutil
from pathlib import Path

from greentic_session_conformance.rules import rules

from tools.site_pages.chapters import chapter_pages
from tools.site_pages.checked_by import checks_by_rule
from tools.site_pages.kill_matrix import kill_matrix_page
from tools.site_pages.library import library_page, without_missing_names
from tools.site_pages.navigation import navigation
from tools.site_pages.results import results_page
from tools.site_pages.rules_index import rules_index
from tools.site_pages.schemas import read_schemas, schema_pages
from tools.site_pages.vectors import vector_pages

ROOT = Path(__file__).resolve().parent.parent
_LIBRARY = "library.md"
_UNRELEASED = "# Changelog\n\nNothing has been released yet.\n"


def pages(root: Path) -> dict[str, str]:
    """Every text file of the site's source, by its path in it."""
    docs = root / "docs"
    found = {
        path.relative_to(docs).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(docs.rglob("*"))
        if path.is_file()
    }
    found = {path: without_missing_names(text) if path.endswith(".md") else text for path, text in found.items()}
    changelog = root / "CHANGELOG.md"
    registry = rules()
    schemas = root / "schemas" / "v1"
    return {
        **found,
        **chapter_pages(root / "spec", registry, checks_by_rule()),
        "spec/rules.md": rules_index(registry),
        **schema_pages(schemas, read_schemas(schemas), registry),
        **vector_pages(root / "spec", registry),
        "suite/kill-matrix.md": kill_matrix_page(docs, registry),
        "suite/original.md": results_page(root / "conformance" / "results", registry),
        _LIBRARY: library_page(found[_LIBRARY]),
        "changelog.md": changelog.read_text(encoding="utf-8") if changelog.is_file() else _UNRELEASED,
    }


def write(root: Path, build: Path) -> None:
    """Write the pages and the navigation into a folder, in the place of those of an earlier run."""
    source = build / "site-src"
    if source.exists():
        shutil.rmtree(source)
    for path, text in pages(root).items():
        place = source / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")
    titles = {name: document.title for name, document in read_schemas(root / "schemas" / "v1").items()}
    text = json.dumps({"nav": navigation(rules(), titles)}, ensure_ascii=False, indent=2)
    (build / "site-nav.yml").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(ROOT, ROOT / "build")
