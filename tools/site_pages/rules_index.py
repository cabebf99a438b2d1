"""The index of rules: a section a profile, a row a rule."""

from collections.abc import Mapping
from html import escape

from greentic_session_conformance.rules import KIT_PROFILE, TARGET_PROFILES, Rule

from tools.site_pages.text import rule_link, table

_FOR = {
    "core": "Every store.",
    "keyed-create": "Stores that create under a given key.",
    "concurrent": "Stores with several callers.",
    "durable": "Stores that outlive a process.",
    "redis-layout": "Stores on the Redis layout that programs in several languages share.",
    "codec": "Libraries and adapters: text in, text out.",
    "mapping": "Libraries and adapters that derive session keys.",
    "kit": "This distribution itself, by its own tests. No target claims it.",
}


def rules_index(rules: Mapping[str, Rule]) -> str:
    """The page that lists every rule."""
    by_profile = {
        profile: [rule for rule in rules.values() if rule.profile == profile]
        for profile in (*TARGET_PROFILES, KIT_PROFILE)
    }
    by_profile = {profile: found for profile, found in by_profile.items() if found}
    levels = {level: sum(rule.level == level for rule in rules.values()) for level in ("MUST", "SHOULD", "MAY")}
    counted = ", ".join(f"{number} {level}" for level, number in levels.items() if number)
    jumps = " ".join(f"[{name} ({len(found)})](#{name}){{ .profile }}" for name, found in by_profile.items())
    sections = (_section(profile, found) for profile, found in by_profile.items())
    return "\n\n".join(
        [
            "# Rules index",
            f"All {len(rules)} rules of the specification ({counted}), by the profile that they are in.",
            f"{jumps}\n{{ .jumps }}",
            *sections,
            "",
        ]
    )


def _section(profile: str, rules: list[Rule]) -> str:
    rows = [_row(rule) for rule in rules]
    body = table(["ID", "Level", "Profile", "Title"], rows, "rules")
    return f"## {profile} {{ #{profile} }}\n\n{_FOR.get(profile, '')}\n\n{body}"


def _row(rule: Rule) -> list[str]:
    profiles = " + ".join([rule.profile, *sorted(rule.requires)])
    level = f"**{rule.level}**{{ .level .{rule.level.lower()} }}"
    title = escape(rule.title, quote=False).replace("|", "&#124;")
    return [rule_link(rule, ""), level, profiles, title]
