"""The house rules of CONTRIBUTING that a machine can check: sizes, names, where imports stand."""

import ast
from pathlib import Path

import pytest

from verification import kinds

TOP = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for app in ("glacier", "supplies", "verification")
    for path in (TOP / app).rglob("*.py")
    if "migrations" not in path.parts
)
FORBIDDEN = {"utils", "helpers", "common", "misc", "services", "base"}
APPS = {"glacier", "supplies", "verification"}


def _name(path):
    return str(path.relative_to(TOP))


@pytest.fixture(scope="module")
def trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}


def test_files_have_one_subject():
    long = {_name(p): n for p in SOURCES if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long


def test_functions_have_one_subject(trees):
    long = {
        f"{_name(path)}:{node.name}": length
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := _length_without_docstring(node)) > 40
    }
    assert not long


def _length_without_docstring(node):
    """Lines of the body: a long docstring or signature is no second subject."""
    first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
    return node.end_lineno - first.lineno + 1


def test_no_file_is_called_after_nothing():
    assert not [_name(p) for p in SOURCES if p.stem in FORBIDDEN]


def test_project_imports_stand_at_the_top(trees):
    local = [
        f"{_name(path)}:{inner.lineno}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and not (path.name == "apps.py" and node.name == "ready")
        for inner in ast.walk(node)
        if _imports_the_project(inner)
    ]
    assert not local


def _imports_the_project(node):
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in APPS
    return isinstance(node, ast.Import) and any(alias.name.split(".")[0] in APPS for alias in node.names)


def test_no_signals_and_no_save_overrides(trees):
    found = [
        f"{_name(path)}:{node.lineno}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "save" and "admin" not in path.stem
    ]
    receivers = [_name(p) for p in SOURCES if "@receiver" in p.read_text(encoding="utf-8")]
    assert not found
    assert not receivers


def test_lists_do_not_take_the_names_of_pages():
    assert kinds.RESERVED.isdisjoint(spec.slug for spec in kinds.every())
    assert {"submit", "review", "status", "api", "admin", "en", "me", "demo"} <= kinds.RESERVED


def test_every_public_function_that_decides_says_what(trees):
    """Docstrings on the public functions of the modules where rules live."""
    modules = {
        "workflow",
        "publishing",
        "policies",
        "leases",
        "journal",
        "duplicates",
        "people",
        "rendering",
        "listing",
    }
    silent = [
        f"{_name(path)}:{node.name}"
        for path, tree in trees.items()
        if path.stem in modules and path.parent.name == "verification"
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent
