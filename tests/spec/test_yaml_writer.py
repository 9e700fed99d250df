"""A spec survives being written, and what is rendered from any spec is whole: drawn specs over every field."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import pytest
import yaml
from hypothesis import Phase, given, settings

from conftest import EXAMPLE
from pcaform.render.manifest import NAME
from pcaform.render.plan.stack import plan
from pcaform.render.templates import Rendered, render
from pcaform.render.write.write import write
from pcaform.rules.load import load_valid_text
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_writer import dump
from pcaform.terraform.runner import find_binary
from spec.strategies import specs
from yaml_strategies import AWKWARD, drawn

DRAWN = settings().max_examples
MINIMAL = 'version: 1\nstack: corp-pki\naws: {region: eu-west-1, account_id: "123456789012"}\n'


def yaml_of(data: dict[str, Any]) -> str:
    """Return drawn data as JSON, which is YAML, with YAML's escapes for what is not printable."""
    text = json.dumps(data, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in text)


def spec_of(text: str) -> Spec:
    return load_valid_text(text.encode(), "spec.yaml")


def rendered(text: str) -> Rendered:
    return render(plan(spec_of(text), source="spec.yaml"))


@settings(max_examples=DRAWN // 2)
@given(specs())
def test_reading_what_was_written_gives_the_same_spec(data: dict[str, Any]) -> None:
    spec = spec_of(yaml_of(data))
    written = dump(spec)
    again = spec_of(written)
    assert again == spec
    assert dump(again) == written
    assert all(line.isprintable() for line in written.split("\n"))


class _Library(yaml.SafeDumper):
    """PyYAML's own layout, without anchors."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True


@settings(max_examples=DRAWN // 5)
@given(specs())
def test_layout_is_that_of_the_library(data: dict[str, Any]) -> None:
    """Sections are written without PyYAML's events. Moves, empty keys, invisible text and log commands differ."""
    written = dump(spec_of(yaml_of({**data, "moves": {}})))
    read = yaml.safe_load(written)
    if all(text and text.isprintable() and "::" not in text and "##" not in text for text in texts(read)):
        head = {key: read.pop(key) for key in ("version", "stack", "profile", "aws", "terraform") if key in read}
        parts = [head, *({key: section} for key, section in read.items())]
        style: Any = {"sort_keys": False, "allow_unicode": True, "width": 110, "default_flow_style": None}
        assert written == "\n".join(yaml.dump(part, Dumper=_Library, **style) for part in parts)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from texts(each)


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_survives_being_written(text: str) -> None:
    arguments = {f"{text} as a key": text, "long": f"{text} and more " * 9}
    spec = spec_of(f"{MINIMAL}terraform: {{backend: {{s3: {{assume_role: {{tags: {yaml_of(arguments)}}}}}}}}}\n")
    assert spec.terraform.backend == {"s3": {"assume_role": {"tags": arguments}}}
    assert spec_of(dump(spec)) == spec


@pytest.mark.parametrize("text", ["\n", "x\n", "x\n\n", "\n\nx\n\n\n", "x\n \n"])
def test_text_that_ends_in_blank_lines_does_not_take_in_those_behind_it(text: str) -> None:
    waived = "waivers: [{what: ca-replaced, address: aws_acmpca_permission.x, why: known, until: '2027-01-01'}]\n"
    spec = spec_of(f"{MINIMAL}terraform: {{backend: {{s3: {yaml_of({'key': text})}}}}}\n{waived}")
    assert spec_of(dump(spec)) == spec


@pytest.mark.parametrize("key", [*AWKWARD, "eu.a", "x" * 200])
def test_each_move_has_its_own_line_however_long(key: str) -> None:
    """So that `adopt --finish` can take out one of them."""
    moves = {
        f"aws_acmpca_permission.acm[{json.dumps(each)}]": f"module.{name}.aws_acmpca_permission.this"
        for name, each in (("a", key), ("b", "other"))
    }
    written = dump(Spec.model_validate({**yaml.safe_load(MINIMAL), "moves": moves}))
    _, _, lines = written.partition("moves:\n")
    assert len(lines.splitlines()) == len(moves)
    assert yaml.safe_load(written)["moves"] == moves


@settings(max_examples=DRAWN // 5)
@given(specs())
def test_rendering_twice_gives_the_same_bytes(data: dict[str, Any]) -> None:
    first, second = rendered(yaml_of(data)), rendered(yaml_of(data))
    assert first.files == second.files
    assert sorted(json.loads(first.files[NAME])["files"]) == sorted(set(first.files) - {NAME})


@settings(max_examples=DRAWN // 10, phases=[Phase.explicit, Phase.generate])  # shrinking would take minutes
@given(specs())
def test_what_is_rendered_is_a_comment_and_hcl(data: dict[str, Any]) -> None:
    """Python-hcl2 cannot read `"$${"` and `"%%{"`, so the openings of templates are taken out here."""
    files = rendered(yaml_of(data).replace("${", "$(").replace("%{", "%(")).files
    for path, content in files.items():
        if path == NAME or path.startswith("modules/"):
            continue
        header, _, body = content.decode().partition("\n")
        assert header == "# Written by pcaform from spec.yaml. Do not edit: change that file and render again."
        assert all(line.isprintable() for line in body.split("\n"))
        assert set(hcl2.loads(body)) <= {"terraform", "provider", "module", "output", "import", "moved", "removed"}


def test_what_is_written_is_short() -> None:
    """The example's own words, defaults left out again."""
    spec = load_valid_text(EXAMPLE.read_bytes(), "corp-pki.yaml")
    written = yaml.safe_load(dump(spec))
    assert written["issuers"] == {
        "ci": {
            "user_name": "ci-signer",
            "grants": [{"certificates": "unmanaged", "certificate_authorities": ["issuing"]}],
        },
        "web": {
            "user_name": "web-requester",
            "grants": [
                {"certificates": "managed", "certificate_authorities": ["issuing"], "domain_names": ["*.corp.example"]}
            ],
        },
    }
    assert written["certificate_authorities"]["issuing"] == {
        "type": "SUBORDINATE",
        "parent": "root",
        "subject": {"common_name": "Corp Issuing CA 1", "country": "DE", "organization": "Corp"},
        "key_algorithm": "EC_prime256v1",
        "validity": {"type": "YEARS", "value": 5},
        "permissions": [{"principal": "acm.amazonaws.com"}],
        "tags": {"service": "certificates"},
    }


def test_plain_words_stay_plain_and_a_users_name_goes_without_saying() -> None:
    text = EXAMPLE.read_text(encoding="utf-8").replace("    user_name: ci-signer\n", "")
    written = dump(spec_of(text))
    assert "ci-signer" not in written
    assert "user_name: web-requester" in written
    assert yaml.safe_load(written)["issuers"]["ci"].keys() == {"grants"}
    assert "common_name: Corp Root CA" in written
    assert '"' not in written


def test_nothing_is_written_for_what_is_not_there() -> None:
    spec = spec_of(MINIMAL)
    assert yaml.safe_load(dump(spec)) == yaml.safe_load(MINIMAL)


def test_account_ids_stay_text_for_every_reader_of_yaml() -> None:
    spec = spec_of(MINIMAL.replace('"123456789012"', "012345670123"))
    assert yaml.safe_load(dump(spec))["aws"]["account_id"] == "012345670123"


@pytest.mark.terraform
def test_terraform_fmt_reads_what_is_rendered_and_leaves_it(tmp_path: Path) -> None:
    for number, data in enumerate(drawn(specs(), 60)):
        write(rendered(yaml_of(data)), tmp_path / f"{number}")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
    command = [find_binary(), "fmt", "-check", "-diff", "-recursive", "-no-color"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
