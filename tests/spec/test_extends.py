"""`extends`: a spec in parts is the spec as a whole, and what is wrong with a part is reported in its file."""

from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Run
from pcaform.spec.extends import read_document
from pcaform.spec.parse import parse_spec
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_reader import parse
from spec.strategies import specs
from spec.test_yaml_writer import yaml_of

DRAWN = settings().max_examples
_NONE: Any = object()
HEAD = 'version: 1\naws: {region: eu-west-1, account_id: "123456789012"}\n'
ROOT = """\
certificate_authorities:
  root:
    type: ROOT
    subject: {common_name: Root}
    key_algorithm: EC_prime256v1
    validity: {type: YEARS, value: 9}
"""
OFFLINE = ROOT.replace("ROOT", "SUBORDINATE").replace(
    "    validity: {type: YEARS, value: 9}\n", "    activation: {certificate: PEM, certificate_chain: PEM}\n"
)
TWICE = "extends: [b{0}.yaml, b{0}.yaml]\n"
ISSUER = "issuers: {ci: {grants: [{certificates: unmanaged, certificate_authorities: [root]}]}}\n"


def split(value: Any, random: Random) -> tuple[Any, Any]:
    """Return what a base and what the spec over it has, so that both together are the value."""
    if isinstance(value, dict) and value and random.random() < 0.7:
        pairs = {key: split(each, random) for key, each in value.items()}
        parts = [{key: pair[n] for key, pair in pairs.items() if pair[n] is not _NONE} for n in (0, 1)]
        return parts[0], parts[1]
    over = random.choice([None, 7, "other", [1, 2]])
    return random.choice([(value, _NONE), (_NONE, value), (over, value)])


def loaded(files: dict[str, Any], name: str = "a.yaml") -> Spec:
    texts = {path: yaml_of(data).encode() for path, data in files.items()}
    return parse_spec(read_document(texts[name], name, lambda path: texts[path]))


@settings(max_examples=DRAWN // 4)
@given(specs(), st.randoms(use_true_random=False))
def test_a_spec_in_parts_is_the_spec_as_a_whole(data: dict[str, Any], random: Random) -> None:
    rest = {key: value for key, value in data.items() if key != "stack"}
    parts = [split(rest, random), split(rest, random)]
    below, own = ({} if each in (_NONE, None, 7, "other", [1, 2]) else each for each in parts[0])
    deep, middle = split(below, random) if below else ({}, {})
    bases = [each if isinstance(each, dict) else {} for each in (deep, middle)]
    over = {**own, "stack": data["stack"]}
    listed = {"a.yaml": {**over, "extends": ["b.yaml", "c.yaml"]}, "b.yaml": bases[0], "c.yaml": bases[1]}
    chained = {"a.yaml": {**over, "extends": "c.yaml"}, "b.yaml": bases[0], "c.yaml": {**bases[1], "extends": "b.yaml"}}
    whole = parse_spec(parse(yaml_of(data).encode(), "whole.yaml"))
    assert loaded(listed) == loaded(chained) == whole


CASES: dict[str, tuple[dict[str, str], str]] = {
    "a value of the base": (
        {"base.yaml": HEAD.replace("eu-west-1", "Europe") + ROOT},
        "base.yaml:2:15: 'region' is 'Europe', allowed: a region such as eu-west-1 [shape]\n  aws: {region: Europe,",
    ),
    "a value over that of the base": (
        {"base.yaml": HEAD + ROOT, "s/a.yaml": "aws: {region: Europe}\n"},
        "s/a.yaml:3:15: 'region' is 'Europe', allowed: a region such as eu-west-1 [shape]",
    ),
    "a key of the base": (
        {"base.yaml": HEAD + ROOT + "    typ: ROOT\n"},
        "base.yaml:9:5: unknown key 'typ' (did you mean 'type'?) [shape]",
    ),
    "a key that is missing in both": (
        {"base.yaml": HEAD + ROOT.replace("    type: ROOT\n", ""), "s/a.yaml": "certificate_authorities: {root: {}}\n"},
        "s/a.yaml:3:33: the key 'type' is missing [shape]",
    ),
    "a list is replaced as a whole": (
        {
            "base.yaml": HEAD + ROOT + ISSUER,
            "s/a.yaml": "issuers: {ci: {grants: [{certificates: unmanaged}]}}\n",
        },
        "s/a.yaml:3:25: the key 'certificate_authorities' is missing [shape]",
    ),
    "a rule": (
        {"base.yaml": HEAD + ROOT + "    path_length: 0\n"},
        "base.yaml:9:18: AWS's root template",
    ),
    "defaults of the base": (
        {"base.yaml": f"{HEAD}certificate_authority_defaults: {{usage_mode: X}}\n{ROOT}"},
        "base.yaml:3:46: 'usage_mode' is 'X'",
    ),
    "null does not take a CA out": (
        {"base.yaml": HEAD + ROOT, "s/a.yaml": "certificate_authorities: {root: null}\n"},
        "s/a.yaml:3:33: 'root' is empty, allowed: a mapping [shape]",
    ),
    "null does not take all of them out": (
        {"base.yaml": HEAD + ROOT, "s/a.yaml": "certificate_authorities:\n"},
        "s/a.yaml:3:25: 'certificate_authorities' is empty, allowed: a mapping [shape]",
    ),
    "a base of a base": (
        {"base.yaml": "extends: x/b.yaml\n", "x/b.yaml": HEAD + ROOT.replace("9}", "x}")},
        "x/b.yaml:8:36: 'value' is 'x': YEARS needs a number of up to 18 digits, without quotes [validity-value]",
    ),
    "a file of certificates beside the base": (
        {"base.yaml": HEAD + OFFLINE.replace("PEM", "root.pem"), "s/root.pem": "no certificate"},
        "base.yaml:8:31: 'root.pem' is neither a certificate in PEM nor a file that can be read here: No such file",
    ),
    "a base that is missing": ({}, "s/a.yaml:1:10: the base '../base.yaml' cannot be read: No such file or directory"),
    "a base of a base that is missing": ({"base.yaml": "extends: b.yaml\n"}, "base.yaml:1:10: the base 'b.yaml'"),
    "a base that is its own": (
        {"base.yaml": "extends: [s/../b.yaml]\n", "b.yaml": "extends: base.yaml\n"},
        "the base 'base.yaml' is one of its own bases: base.yaml -> b.yaml -> base.yaml. Take it out of",
    ),
    "a base with a stack": (
        {"base.yaml": f"stack: other\n{HEAD}{ROOT}"},
        "base.yaml:1:1: a base has no 'stack': this is a spec, whose CAs another stack would make once more [extends]",
    ),
    "the spec itself": (
        {"s/a.yaml": "", "base.yaml": "extends: s/a.yaml\n"},
        "base.yaml:1:10: the base 's/a.yaml' is one of its own",
    ),
    "a base that is no mapping": ({"base.yaml": "- a\n"}, "the base '../base.yaml' is a list, allowed: a mapping"),
    "a base that is no YAML": ({"base.yaml": "a: [\n"}, "base.yaml:1:4: not valid YAML"),
    "a base with a private key": (
        {"base.yaml": "k: |\n  -----BEGIN PRIVATE KEY-----\n"},
        "base.yaml:2:1: a private key, which no spec has",
    ),
    "a base that is empty": ({"base.yaml": ""}, "base.yaml:1:1: the file is empty"),
    "bases without end": (
        {"base.yaml": "extends: [b1.yaml, b1.yaml]\n", **{f"b{n}.yaml": TWICE.format(n + 1) for n in range(1, 40)}},
        "is one too many: a spec is merged from at most 32 [extends]",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_problem_is_reported_in_its_file(pcaform: Run, tmp_path: Path, name: str) -> None:
    files, expected = CASES[name]
    for path, text in {**files, "s/a.yaml": f"extends: ../base.yaml\nstack: a\n{files.get('s/a.yaml', '')}"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    done = pcaform("validate", "s", cwd=tmp_path)
    assert (done.returncode, expected in done.stdout) == (1, True), done.stdout


@pytest.mark.parametrize("value", ["5", "[]", "''", "{}", "null", "[a.yaml, 5]", "/etc/a.yaml", ".", "[[a.yaml]]"])
def test_what_is_no_name_of_a_base_is_refused(pcaform: Run, tmp_path: Path, value: str) -> None:
    (tmp_path / "a.yaml").write_text(f"extends: {value}\nstack: a\n", encoding="utf-8")
    (tmp_path / "base.yaml").write_text(HEAD + ROOT, encoding="utf-8")
    done = pcaform("validate", "a.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout.startswith("a.yaml:1:")) == (1, True), done.stdout


def test_files_of_certificates_are_relative_to_the_file_that_names_them(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "a.yaml").write_text("extends: ../base.yaml\nstack: a\n", encoding="utf-8")
    (tmp_path / "base.yaml").write_text(HEAD + OFFLINE.replace("PEM", "root.pem"), encoding="utf-8")
    (tmp_path / "root.pem").write_text("no certificate", encoding="utf-8")
    done = pcaform("validate", "s/a.yaml", cwd=tmp_path)
    assert "base.yaml:8:31: 'root.pem' cannot be used: " in done.stdout, done.stdout


def test_a_base_among_the_specs_is_none_of_them(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(HEAD + ROOT, encoding="utf-8")
    assert "base.yaml:1:1: the key 'stack' is missing" in pcaform("validate", ".", cwd=tmp_path).stdout
    for name in ("a", "b"):
        (tmp_path / f"{name}.yaml").write_text(f"extends: base.yaml\nstack: {name}\n", encoding="utf-8")
    assert pcaform("validate", ".", cwd=tmp_path).stderr == "2 specs: no problems\n"
    assert pcaform("render", ".", "--out", "out", cwd=tmp_path).returncode == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b"]
    assert "from a.yaml." in (tmp_path / "out" / "a" / "versions.tf").read_text(encoding="utf-8")
    (tmp_path / "c.yaml").write_text("extends: a.yaml\nstack: c\n", encoding="utf-8")
    done = pcaform("render", ".", "--out", "out", "--check", cwd=tmp_path)
    assert (done.returncode, "a.yaml:2:1: a base has no 'stack'" in done.stderr) == (1, True)
    assert "out/a: fresh" in done.stderr
    (tmp_path / "c.yaml").unlink()
    (tmp_path / "base.yaml").write_text(HEAD + ROOT.replace("9}", "x}"), encoding="utf-8")
    assert pcaform("validate", ".", cwd=tmp_path).stderr == "2 specs: 1 error\n"
