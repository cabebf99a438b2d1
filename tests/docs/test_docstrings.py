"""The examples in docstrings run, and give what they show."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import greentic_session_conformance
import pytest

import greentic_session

PACKAGES = (greentic_session, greentic_session_conformance)
MODULES = [
    *(package.__name__ for package in PACKAGES),
    *(found.name for package in PACKAGES for found in walk_packages(package.__path__, f"{package.__name__}.")),
]


def examples_of(name):
    found = doctest.DocTestFinder(exclude_empty=True).find(import_module(name))
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_show(name):
    runner = doctest.DocTestRunner(verbose=False)
    told = []
    for test in examples_of(name):
        runner.run(test, out=told.append)
    assert "".join(told) == ""


def test_the_examples_are_found():
    with_examples = {name for name in MODULES if examples_of(name)}
    assert {
        f"greentic_session.{name}" for name in ("errors", "factory", "inmemory", "mapping", "model")
    } <= with_examples


@pytest.mark.parametrize("name", greentic_session.__all__)
def test_every_public_class_and_function_has_a_docstring(name):
    public = getattr(greentic_session, name)
    if callable(public) and getattr(public, "__module__", "").startswith("greentic_session"):
        assert public.__doc__
