"""Which entry a session has, and what becomes of a find."""

import pytest
from store_samples import context, session

from greentic_session import routing
from greentic_session.routing import Finding, RoutingEntry


def test_a_session_is_routed_by_its_own_user_first():
    data = session(context(team="ops", user="u"))
    assert routing.entry_at_create(context(team="ops", user="u"), data) == ("dev", "acme", "ops", "u")
    assert routing.entry_of(data) == RoutingEntry("dev", "acme", "ops", "u")


def test_a_session_without_a_user_is_routed_by_its_creators_and_has_no_entry_of_its_own():
    data = session(context())
    assert routing.entry_at_create(context(user="w"), data) == ("dev", "acme", None, "w")
    assert routing.entry_of(data) is None
    assert routing.entry_at_create(context(), data) is None


def test_a_caller_who_names_another_user_asks_for_no_entry():
    assert routing.entry_asked(context(user="v"), "u") is None
    assert routing.entry_asked(context(), "u") == routing.entry_asked(context(user="u"), "u")


def entry(user="u", team=None):
    return RoutingEntry("dev", "acme", team, user)


@pytest.mark.parametrize(
    ("stored", "routed", "finding"),
    [
        (context(user="u"), None, Finding.FOUND),
        (context(user="u"), routing.UNSAID, Finding.FOUND),
        (context(user="v"), routing.UNSAID, Finding.STALE),
        (context(tenant="other", user="u"), routing.UNSAID, Finding.STALE),
        (context(team="ops", user="u"), routing.UNSAID, Finding.STALE),
        (context(), entry(), Finding.FOUND),
        (context(), routing.UNSAID, Finding.FOUND),
        (context(), entry("v"), Finding.STALE),
        (context(), None, Finding.STALE),
        (context(env="prod"), routing.UNSAID, Finding.STALE),
    ],
)
def test_an_entry_leads_only_to_a_session_that_it_belongs_to(stored, routed, finding):
    assert routing.decide(context(user="u"), "u", session(stored), routed) is finding


def dashed(entry):
    return (entry.env, entry.tenant, entry.team or "-", entry.user)


@pytest.mark.parametrize(("asking", "stored"), [(None, "-"), ("-", None)])
def test_an_entry_that_two_teams_share_is_kept_but_answers_the_other_nothing(asking, stored):
    ctx, data = context(team=asking), session(context(team=stored, user="u"))
    assert routing.decide(ctx, "u", data, routing.UNSAID, dashed) is Finding.NOTHING
    assert routing.decide(ctx, "u", data, routing.UNSAID) is Finding.STALE


def test_a_caller_who_names_another_user_finds_nothing_even_if_led_there():
    data = session(context(user="u"))
    assert routing.decide(context(user="v"), "u", data, routing.UNSAID) is Finding.NOTHING
