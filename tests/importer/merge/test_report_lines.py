"""Every kind of line that the report of an import has, with an import for which it is true."""

from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from conftest import Run
from importer.import_cases import DEFAULTS, GONE, HEAD, ROOT_CA, SPEC, tagged
from importer.infer.state_builders import Resource, resource, root, stacked, subordinate
from pcaform.importer.merge.report import LINES, ImportReport

OTHER_FIELDS = {"format_version", "source", "files", "diff", "unwritten_because"}
"""What the text does not repeat: the user gave or sees it."""
OWNER = "certificate_authorities.root.tags.owner"


@dataclass(frozen=True)
class Case:
    """The spec, a first import, an edit of the spec after it or its restoration, a second import, and its line."""

    line: str
    found: tuple[Resource, ...]
    spec: str = SPEC
    first: tuple[Resource, ...] = root()
    edit: tuple[str, str] = ("", "")
    is_restored: bool = False


def sensitive(name: str) -> tuple[Resource, ...]:
    """Return a root with an argument that the state marks as sensitive."""
    ca, own = root()
    marks = [[{"type": "get_attr", "value": name}]]
    return ({**ca, "instances": [{**ca["instances"][0], "sensitive_attributes": marks}]}, own)


CASES = {
    "conflicts": Case(
        f'corp.yaml:12:12: conflict: {OWNER} is "mine" here, the import found "theirs"',
        tagged({"owner": "theirs"}),
        first=tagged({"owner": "a"}),
        edit=("owner: a", "owner: mine"),
    ),
    "unwritten": Case(
        f"not written: {OWNER}: certificate_authority_defaults gives it to every CA; change it there",
        root(),
        spec=HEAD + DEFAULTS + ROOT_CA,
    ),
    "unknown": Case(
        "unknown: module.ca_root.aws_acmpca_certificate_authority.this: 'tags' is marked sensitive in the state, so it "
        "was not read",
        sensitive("tags"),
    ),
    "ambiguous": Case(
        "ambiguous: module.ca_root.aws_acmpca_certificate_authority.this: AWS had another certificate for it than the "
        "one issued here: it was renewed outside Terraform, and a plan would install the old one again. Choose: "
        "'activation: external' with its 'arn', or the spec as it is",
        (tagged({}, certificate="renewed")[0], root()[1]),
    ),
    "left_out": Case(
        "left out: module.ca_x.aws_acmpca_policy.this: the CA that it shares is not managed in this spec; 'removed' "
        "forgets it: it stays at AWS as it is, and leaves the state",
        (*root(), resource("aws_acmpca_policy", None, {"arn": "x", "resource_arn": "x", "policy": "{}"})),
    ),
    "ignored": Case(
        "ignored: module.ca_issuing.aws_acmpca_certificate_authority.this: 'issuing' would outlive its parent",
        (*root(), *subordinate("issuing", "root")),
    ),
    "listed": Case(
        "listed: the same state: 1 aws_vpc: not in a spec. 'removed' forgets them: they stay as they are",
        (*root(), resource("aws_vpc", None, {"arn": "vpc"})),
    ),
    "withheld": Case(
        "left out: certificate_authorities.other: removed from the spec since the last import",
        (*root(), *root("other")),
        first=(*root(), *root("other")),
        is_restored=True,
    ),
    "unread": Case(
        "not read: certificate_authorities.gone: it stays in the spec", sensitive("certificate"), spec=SPEC + GONE
    ),
    "missing": Case("not found: certificate_authorities.gone: it stays in the spec", root(), spec=SPEC + GONE),
    "kept": Case(
        f'kept: {OWNER}: "mine", changed since the last import, which found "a"',
        tagged({"owner": "a"}),
        first=tagged({"owner": "a"}),
        edit=("owner: a", "owner: mine"),
    ),
    "added": Case("added: certificate_authorities.other", (*root(), *root("other"))),
    "taken": Case(f'changed: {OWNER}: not set -> "pki"', tagged({"owner": "pki"})),
    "found": Case("found 1 aws_acmpca_certificate, 1 aws_acmpca_certificate_authority", root()),
    "not_carried": Case("not in a Terraform state, add by hand where you use it: aws.assume_role, ", root()),
}


@pytest.mark.parametrize("kind", CASES)
def test_a_line_is_printed_where_it_is_true(kind: str, pcaform: Run, tmp_path: Path) -> None:
    case, spec = CASES[kind], tmp_path / "corp.yaml"
    spec.write_text(case.spec, encoding="utf-8")
    into = ("import", "state", "-", "--into", "corp.yaml")
    pcaform(*into, cwd=tmp_path, stdin=stacked(*case.first))
    text = spec.read_text(encoding="utf-8")
    assert case.edit[0] in text
    spec.write_text(case.spec if case.is_restored else text.replace(*case.edit), encoding="utf-8")
    done = pcaform(*into, cwd=tmp_path, stdin=stacked(*case.found))
    assert any(line.startswith(case.line) for line in done.stderr.splitlines()), done.stderr


def test_every_line_of_the_report_has_a_case() -> None:
    assert {each.name for each in fields(ImportReport)} == {*LINES, *OTHER_FIELDS}
    assert set(LINES) == set(CASES)
