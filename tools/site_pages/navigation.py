"""The navigation of the site, in which the chapters and the schemas are those that there are."""

from collections.abc import Mapping
from typing import Any

from greentic_session_conformance.rules import Rule


def navigation(rules: Mapping[str, Rule], schemas: Mapping[str, str]) -> list[dict[str, Any]]:
    """What mkdocs calls ``nav``.

    Args:
        rules: the registry, which names the chapters.
        schemas: the title of each schema, by its name.
    """
    chapters = {rule.chapter: rule.chapter_title for rule in rules.values()}
    return [
        {"Home": "index.md"},
        {
            "Get started": [
                "start/index.md",
                {"Test your own store": "start/store-author.md"},
                {"Build a store that conforms": "start/build-a-store.md"},
                {"Use the library": "start/library.md"},
            ]
        },
        {
            "Specification": [
                "spec/index.md",
                *({title: f"spec/{chapter}.md"} for chapter, title in sorted(chapters.items())),
                {"Rules index": "spec/rules.md"},
            ]
        },
        {
            "Schemas": [
                "schemas/index.md",
                *({title: f"schemas/{name}.md"} for name, title in schemas.items()),
            ]
        },
        {"Vectors": "vectors/index.md"},
        {"Library": "library.md"},
        {
            "Conformance suite": [
                "suite/index.md",
                {"The target": "suite/target.md"},
                {"The doors": "suite/doors.md"},
                {"A store in any language": "suite/adapters.md"},
                {"Options": "suite/options.md"},
                {"Deviations": "suite/deviations.md"},
                {"Exit statuses": "suite/exit-statuses.md"},
                {"The report": "suite/report.md"},
                {"What is searched": "suite/searches.md"},
                {"Kill matrix": "suite/kill-matrix.md"},
                {"The original, judged": "suite/original.md"},
            ]
        },
        {"Changelog": "changelog.md"},
    ]
