"""A render that knows an earlier one does, says and returns what one does that knows nothing."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Run
from render.removal_specs import ca, child
from render.write.builders import content_of
from spec.test_pem_files import write_spec

Edit = Callable[[Path], object]
MANY = 18
"""Specs: more than one process renders alone, and so the fewest that are remembered."""
BASE = 'version: 1\naws: {account_id: "123456789012"}\n'
CHILD = BASE.replace("012", "021") + "terraform: {backend: {local: {path: states/own.tfstate}}}\n"


def spec(name: str, *more: str, base: str = "base") -> str:
    """Return a spec with a base; the warning is that its root lives too long."""
    head = f"extends: ../{base}.yaml\nstack: {name}\naws: {{region: eu-west-1}}\n"
    return f"{head}certificate_authorities:\n{ca('root')}{''.join(more)}"


def make(root: Path, count: int = MANY) -> Path:
    """Write a tree of specs, with two bases in it and one spec that names files of certificates."""
    for folder in ("specs/a", "specs/b", "specs/pem"):
        (root / folder).mkdir(parents=True)
    (root / "specs" / "base.yaml").write_text(BASE, encoding="utf-8")
    (root / "specs" / "far.yaml").write_text(f"extends: base.yaml\n{BASE}", encoding="utf-8")
    for number in range(count):
        name, folder = f"s{number:03}", "ab"[number % 2]
        text = spec(f"{folder}/{name}", base="base" if number % 3 else "far")
        (root / "specs" / folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    write_spec(root / "specs" / "pem")
    return root


def write(path: str, text: str) -> Edit:
    def edit(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")

    return edit


def remove(path: str) -> Edit:
    return lambda root: (root / path).unlink(missing_ok=True)


def move(path: str, to: str) -> Edit:
    return lambda root: (root / path).exists() and (root / path).replace(root / to)


def link(path: str, to: str) -> Edit:
    def edit(root: Path) -> None:
        (root / path).unlink(missing_ok=True)
        (root / path).symlink_to(to)

    return edit


def chmod(path: str, mode: int) -> Edit:
    def edit(root: Path) -> None:
        if (root / path).exists():
            (root / path).chmod(mode)

    return edit


S2, OUT = "specs/a/s002.yaml", "stacks/a/s002"
STATE = '{"version": 4, "serial": 1, "lineage": "x", "resources": []}'
LOCK = 'provider "registry.terraform.io/hashicorp/aws" {\n  version = "5.0.0"\n}\n'
USER = spec("b/s003", "  far: {managed: false, stack: a/s002, certificate_authority: root}\n")
ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
ARNS = f'{{"version": 1, "stacks": {{"a/s002": {{"root": {{"arn": "{ARN}", "key_algorithm": "EC_prime256v1"}}}}}}}}'
EDITS: Mapping[str, Edit] = {
    "reference": write("specs/b/s003.yaml", f"{USER}references: {{lock_file: arns.json}}\n"),
    "its ARN": write("specs/b/arns.json", ARNS),
    "another ARN": write("specs/b/arns.json", ARNS.replace("-5555", "-6666")),
    "what it names is gone": write(S2, spec("a/s002").replace("root: {type", "top: {type")),
    "spec": write(S2, spec("a/s002", ca("more"))),
    "spec as before": write(S2, spec("a/s002")),
    "spec, only a comment": write(S2, spec("a/s002") + "# words\n"),
    "spec with a warning": write(S2, spec("a/s002", ca("old", years=40))),
    "spec with an error": write("specs/b/s001.yaml", spec("b/s001", "  x: {type: ROOT}\n")),
    "spec corrected": write("specs/b/s001.yaml", spec("b/s001")),
    "spec removed": remove("specs/a/s004.yaml"),
    "spec again": write("specs/a/s004.yaml", spec("a/s004")),
    "spec moved": move("specs/a/s006.yaml", "specs/b/moved.yaml"),
    "spec moved back": move("specs/b/moved.yaml", "specs/a/s006.yaml"),
    "stack renamed": write("specs/a/s008.yaml", spec("a/other")),
    "two of one stack": write("specs/a/s008.yaml", spec("a/s010")),
    "one inside another": write("specs/a/s008.yaml", spec("a/s010/in")),
    "stack as before": write("specs/a/s008.yaml", spec("a/s008")),
    "linked spec": link("specs/a/z.yaml", "s002.yaml"),
    "no linked spec": remove("specs/a/z.yaml"),
    "base": write("specs/base.yaml", CHILD),
    "base as before": write("specs/base.yaml", BASE),
    "base of bases": write("specs/far.yaml", f"extends: base.yaml\n{CHILD}"),
    "base without its base": write("specs/far.yaml", BASE),
    "base removed": remove("specs/far.yaml"),
    "certificate": write("specs/pem/sub.pem", "none\n"),
    "certificate removed": remove("specs/pem/sub.pem"),
    "certificate as before": lambda root: write_spec(root / "specs" / "pem"),
    "output removed": remove(f"{OUT}/versions.tf"),
    "output edited": write(f"{OUT}/outputs.tf", "# mine\n"),
    "manifest removed": remove(f"{OUT}/.pcaform.json"),
    "manifest broken": write(f"{OUT}/.pcaform.json", "{}"),
    "file beside": write(f"{OUT}/mine.tf", "# mine\n"),
    "no file beside": remove(f"{OUT}/mine.tf"),
    "state": write(f"{OUT}/terraform.tfstate", STATE),
    "state elsewhere": write(f"{OUT}/states/own.tfstate", STATE),
    "lock file": write(f"{OUT}/.terraform.lock.hcl", LOCK),
    "interrupted": write(f"{OUT}/pcaform-interrupted.tf", "x"),
    "not interrupted": remove(f"{OUT}/pcaform-interrupted.tf"),
    "read-only": chmod("stacks/a/s012", 0o555),
    "writable": chmod("stacks/a/s012", 0o755),
    "neighbour": lambda root: (
        (root / "stacks/a/s014").exists() and (root / "stacks/a/s014").rename(root / "stacks/old")
    ),
}
WAYS = (
    (),
    ("--check",),
    ("--check", "--format", "json"),
    ("--modules", "shared"),
    ("--modules", "../../m"),
    ("--force",),
)


class Pair:
    """Two trees with the same edits: what is remembered of one, and not of the other."""

    def __init__(self, home: Path, pcaform: Run) -> None:
        self.roots = [make(home / name) for name in ("warm", "cold")]
        self.run = partial(pcaform, env={"XDG_CACHE_HOME": str(home / "cache")})

    def render(self, *options: str) -> None:
        """Render both, and compare all that a user has of it."""
        warm, cold = self.roots
        ours = self.run("render", "specs", "--out", "stacks", *options, cwd=warm)
        theirs = self.run("render", "specs", "--out", "stacks", *options, "--no-cache", cwd=cold)
        assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
        assert "Traceback" not in ours.stderr
        assert content_of(warm) == content_of(cold)

    def edit(self, name: str) -> None:
        for root in self.roots:
            EDITS[name](root)


def test_each_edit_is_seen(pcaform: Run, tmp_path: Path) -> None:
    pair = Pair(tmp_path, pcaform)
    pair.render()
    for number, name in enumerate(EDITS):
        pair.edit(name)
        if number % 4 == 3 or name in {"its ARN", "certificate removed"}:
            pair.render(*("--check",) * (number % 2))
    (kept,) = (tmp_path / "cache" / "pcaform" / "render").iterdir()
    kept.write_bytes(kept.read_bytes()[:-70])
    pair.render("--force")
    (tmp_path / "cache").rename(tmp_path / "away")
    (tmp_path / "cache").write_bytes(b"not a directory")
    pair.render()


@settings(max_examples=2)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(sorted(EDITS)), max_size=5), st.sampled_from(WAYS)), min_size=1, max_size=2
    )
)
def test_any_edits_are_seen(pcaform: Run, steps: list[tuple[list[str], tuple[str, ...]]]) -> None:
    with TemporaryDirectory() as home:
        pair = Pair(Path(home), pcaform)
        pair.render()
        for names, options in steps:
            for name in names:
                pair.edit(name)
            pair.render(*options)
            pair.render()
        pair.edit("writable")


def test_a_stack_is_checked_again_with_those_whose_cas_it_uses(pcaform: Run, tmp_path: Path) -> None:
    """What it uses was no valid spec when it was rendered, and is what it was before."""
    pair = Pair(tmp_path, pcaform)
    user = USER + child("parent: far", years=30) + "references: {lock_file: arns.json}\n"
    for path, text in (("specs/b/arns.json", ARNS), ("specs/b/s003.yaml", spec("b/s003", base="far"))):
        for root in pair.roots:
            write(path, text)(root)
    pair.render()
    for edits in (
        [write("specs/b/s003.yaml", user), write("specs/a/z.yaml", spec("a/s002"))],
        [remove("specs/a/z.yaml")],
        [remove(S2)],
    ):
        for root in pair.roots:
            for edit in edits:
                edit(root)
        pair.render()


def test_what_is_unchanged_is_not_rendered(tmp_path: Path) -> None:
    """Whatever is known of a spec is read back: the template engine is not even loaded."""
    make(tmp_path)
    by_state = 'references: {remote_state: {local: {path: "../../{stack}/terraform.tfstate"}}}\n'
    user = USER.replace("certificate_authority: root", "certificate_authority: root, key_algorithm: EC_prime256v1")
    write("specs/b/s003.yaml", user + by_state)(tmp_path)
    write("specs/b/s005.yaml", spec("b/s005", f"  far: {{managed: false, arn: '{ARN}'}}\n", ca("old", years=40)))(
        tmp_path
    )
    gone = spec("b/s007") + f"removed: {{old: {{destroy: '{ARN}'}}}}\n"
    write("specs/b/s007.yaml", gone.replace("5555", "7777"))(tmp_path)
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-X", "importtime", "-m", "pcaform", "render", "specs", "--out", "stacks"]
    loaded = []
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        loaded.append("jinja2" in done.stderr)
    assert loaded == [True, False]


def test_what_is_remembered_is_the_users_alone(tmp_path: Path, pcaform: Run) -> None:
    make(tmp_path, 20)
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    for options in ((), ("--check",)):
        done = pcaform("render", "specs", "--out", "stacks", *options, cwd=tmp_path, env=environment)
        assert done.returncode == 0, done.stderr
    assert done.stderr.count(": fresh, ") == 21
    (kept,) = (tmp_path / "cache" / "pcaform" / "render").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
