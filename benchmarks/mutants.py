"""How well the tests hold: breaks modules of the program at random, a place at a time; lists what no test notices.

    python benchmarks/mutants.py [--seed 1] [--count 5] [--limit 300] [FILE[=TESTS[,TESTS...]] ...]

A FILE is a module; its TESTS are folders or files of tests, by default the nearest folder of the same name. All of it
happens in a copy of the tree, without Terraform. What survives is a hole in the tests, or means the same: read it.
"""

import argparse
import ast
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGE = Path("generator/pcaform")
SAFETY = (
    "iam/policies/statements.py=tests/iam/policies",
    "iam/policies/issuer_policies.py=tests/iam/policies",
    "iam/evaluator/evaluate.py",
    "checks/guard/widening.py",
    "checks/guard/analysis/revocation.py",
    "adopt/transaction.py",
    "adopt/state.py",
    "sources/tfstate.py=tests/sources/test_tfstate.py",
    "spec/yaml_edit/edit.py",
    "core/files.py=tests/core,tests/cli/test_full_disk.py",
)
"""What is broken where no file is named: modules in which a mistake would cost most."""
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
EXITS = {0: "SURVIVED", 5: "NO TESTS"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One place of a module, as offsets of bytes, and what stands there instead."""

    kind: str
    line: int
    start: int
    end: int
    text: str


def list_mutants(source: bytes) -> Iterator[Mutant]:
    """Yield each way to break a module; annotations, decorators, docstrings and f-strings stay as they are."""
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def replace(kind: str, node: Any, text: str) -> Mutant:
        start = starts[node.lineno - 1] + node.col_offset
        return Mutant(kind, node.lineno, start, starts[node.end_lineno - 1] + node.end_col_offset, text)

    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            continue
        for kind, text in _break(node):
            yield replace(kind, node, text)
        for field, value in ast.iter_fields(node):
            if field not in ("annotation", "returns", "decorator_list"):
                inner = value if isinstance(value, list) else [value]
                waiting += [each for each in inner if isinstance(each, ast.AST)]
                if field in ("test", "ifs"):
                    yield from (replace("negated", each, f"(not ({ast.unparse(each)}))") for each in inner)


def _break(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what could stand in a node's place, each with the kind of the change."""
    match node:
        case ast.Constant():
            yield from _break_constant(node.value)
        case ast.Compare(left, [operator], [right]) if type(operator) in COMPARISONS:
            yield "comparison", _source(ast.Compare(left, [COMPARISONS[type(operator)]()], [right]))
        case ast.BoolOp(operator, values):
            yield "and/or", _source(ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values))
            for rest in _drop_each(values):
                yield "dropped condition", _source(ast.BoolOp(operator, rest) if len(rest) > 1 else rest[0])
        case ast.UnaryOp(ast.Not(), operand):
            yield "negated", _source(operand)
        case ast.Return(ast.expr()):
            yield "returns None", "return None"
        case ast.Expr() | ast.AugAssign() | ast.Continue() | ast.Break() | ast.Raise():
            yield "deleted", "pass"
        case ast.List(members) | ast.Tuple(members) | ast.Set(members) if len(members) > 1:
            for rest in _drop_each(members):
                yield "dropped member", ast.unparse(type(node)(elts=rest))


def _break_constant(value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, bool):
        yield "boolean", str(not value)
    elif isinstance(value, int):
        yield from (("integer", f"({value + step})") for step in (1, -1))
    elif isinstance(value, str) and value:
        yield "text", repr(f"{value}x")


def _drop_each(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    yield from ([*nodes[:number], *nodes[number + 1 :]] for number in range(len(nodes)))


def _source(node: ast.expr) -> str:
    return f"({ast.unparse(node)})"


def sample(source: bytes, count: int, seed: str) -> list[Mutant]:
    """Return some mutants of a module that can be compiled, of each kind in turn; the same ones for the same seed."""
    choose = random.Random(seed)  # noqa: S311 - a sample, not a secret
    kinds: dict[str, list[Mutant]] = {}
    for mutant in list_mutants(source):
        kinds.setdefault(mutant.kind, []).append(mutant)
    for mutants in kinds.values():
        choose.shuffle(mutants)
    found: list[Mutant] = []
    while len(found) < count and any(kinds.values()):
        for mutants in kinds.values():
            if mutants and len(found) < count and _compiles(apply(source, mutants[-1])):
                found.append(mutants.pop())
            elif mutants and len(found) < count:
                mutants.pop()
    return found


def apply(source: bytes, mutant: Mutant) -> bytes:
    """Return a module with one place changed."""
    return source[: mutant.start] + mutant.text.encode() + source[mutant.end :]


def _compiles(source: bytes) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def nearest_tests(module: Path) -> list[str]:
    """Return the folder of tests that mirrors the folder of a module, or one above it."""
    folders = [Path("tests") / each for each in module.relative_to(PACKAGE).parents]
    return [str(next(each for each in folders if (ROOT / each).is_dir()))]


def run_tests(copy: Path, tests: Sequence[str], limit: float) -> str:
    """Run tests in the copy; return how they ended. At the limit all of its processes end."""
    environment = {**os.environ, "PYTHONPATH": f"{copy}/generator:{copy}/tests", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.setdefault("HYPOTHESIS_PROFILE", "quick")
    command = [sys.executable, "-m", "pytest", "-qx", "-p", "no:cacheprovider", "-m", "not terraform", *tests]
    with subprocess.Popen(
        command, cwd=copy, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            return EXITS.get(process.wait(limit), "killed")
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                return "timeout"
            raise


def try_module(copy: Path, named: str, options: Any, report: Callable[[str], None]) -> list[str]:
    """Break one module and return how each run of its tests ended."""
    file, _, tests = named.partition("=")
    path = Path(file) if (ROOT / file).is_file() else PACKAGE / file
    folders = tests.split(",") if tests else nearest_tests(path)
    source = (copy / path).read_bytes()
    if (end := run_tests(copy, folders, options.limit)) != "SURVIVED":
        raise SystemExit(f"{path}: its tests ({', '.join(folders)}) do not pass as it is: {end}")
    ends = []
    for mutant in sample(source, options.count, f"{options.seed}:{path}"):
        (copy / path).write_bytes(apply(source, mutant))
        ends.append(run_tests(copy, folders, options.limit))
        (copy / path).write_bytes(source)
        if ends[-1] != "killed":
            before = source[mutant.start : mutant.end].decode()
            report(f"{ends[-1]} {path}:{mutant.line}: {mutant.kind}: {before!r} -> {mutant.text!r}")
    return ends


def main() -> None:
    """Print each mutant that was not noticed, and a line for each module."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--seed", default="1", help="another one breaks other places")
    parser.add_argument("--count", type=int, default=5, help="mutants of each module")
    parser.add_argument("--limit", type=float, default=300, help="seconds for the tests of one mutant")
    parser.add_argument("modules", nargs="*", default=SAFETY, metavar="FILE[=TESTS]")
    options = parser.parse_args()
    total: list[str] = []
    with tempfile.TemporaryDirectory(prefix="pcaform-mutants-") as name:
        copy = Path(name) / "tree"
        left_out = shutil.ignore_patterns(".git", ".venv", "build", "dist", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, copy, symlinks=True, ignore=left_out)
        for module in options.modules:
            start = time.monotonic()
            ends = try_module(copy, module, options, lambda line: print(line, flush=True))
            total += ends
            killed = ends.count("killed") + ends.count("timeout")
            print(f"{module}: {killed} of {len(ends)} noticed, {time.monotonic() - start:.0f} s", flush=True)
    print(f"{len(total) - total.count('SURVIVED')} of {len(total)} mutants noticed")


if __name__ == "__main__":
    main()
