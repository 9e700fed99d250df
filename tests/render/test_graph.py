"""`pcaform graph`: the hierarchy as a tree, for Mermaid and for Graphviz; names stay text in each of them."""

from pathlib import Path

import pytest

from conftest import EXAMPLE, Run
from importer.infer.state_builders import root, stacked

STATE = """\
state: account 123456789012, eu-west-1
└─ root (root, ROOT, RSA_2048, 10 years)
"""
TREE = """\
corp-pki: account 123456789012, eu-west-1
└─ root (Corp Root CA, ROOT, RSA_4096, 20 years)
   └─ issuing (Corp Issuing CA 1, SUBORDINATE, EC_prime256v1, 5 years)
      ├─ ci (user ci-signer) may issue EndEntityCertificate
      ├─ web (user web-requester) may request from ACM *.corp.example
      └─ acm.amazonaws.com may issue and renew
"""
MERMAID = """\
flowchart TD
  n0["root<br/>Corp Root CA<br/>ROOT<br/>RSA_4096<br/>20 years"]
  n1["issuing<br/>Corp Issuing CA 1<br/>SUBORDINATE<br/>EC_prime256v1<br/>5 years"]
  n2("ci<br/>user ci-signer")
  n3("web<br/>user web-requester")
  n4(["acm.amazonaws.com"])
  n0 -->|"signs"| n1
  n1 -->|"may issue EndEntityCertificate"| n2
  n1 -->|"may request from ACM *.corp.example"| n3
  n1 -->|"may issue and renew"| n4
"""
DOT = r"""digraph "corp-pki: account 123456789012, eu-west-1" {
  rankdir=TB;
  "certificate_authorities.root" [shape=box, label="root\nCorp Root CA\nROOT\nRSA_4096\n20 years"];
  "certificate_authorities.issuing" [shape=box, label="issuing\nCorp Issuing CA 1\n{SIZE}"];
  "issuers.ci" [shape=ellipse, label="ci\nuser ci-signer"];
  "issuers.web" [shape=ellipse, label="web\nuser web-requester"];
  "acm" [shape=component, label="acm.amazonaws.com"];
  "certificate_authorities.root" -> "certificate_authorities.issuing" [label="signs"];
  "certificate_authorities.issuing" -> "issuers.ci" [label="may issue EndEntityCertificate"];
  "certificate_authorities.issuing" -> "issuers.web" [label="may request from ACM *.corp.example"];
  "certificate_authorities.issuing" -> "acm" [label="may issue and renew"];
}
""".replace("{SIZE}", r"SUBORDINATE\nEC_prime256v1\n5 years")
OTHERS = """version: 1
stack: corp-pki
aws: {region: eu-west-1, account_id: "123456789012"}
certificate_authorities:
  elsewhere:
    managed: false
    arn: arn:aws:acm-pca:eu-west-1:210987654321:certificate-authority/11111111-2222-3333-4444-555555555555
  waiting:
    type: SUBORDINATE
    subject: {organization: "a\\"] --> <b>%{x}"}
    key_algorithm: RSA_2048
    activation: pending
  asleep:
    type: ROOT
    subject: {common_name: Asleep}
    key_algorithm: RSA_2048
    validity: {type: END_DATE, value: "2046-01-01T00:00:00Z"}
    enabled: false
    provider: {region: us-east-1}
    issued_generation: 1
  next:
    type: ROOT
    subject: {common_name: Next}
    key_algorithm: RSA_4096
    validity: {type: END_DATE, value: "2056-01-01T00:00:00Z"}
    provider: {region: us-east-1}
    successor_of: asleep
issuers:
  own:
    existing_role: build
    policy: {name: own, document: {Statement: {Effect: Allow, Action: "acm-pca:GetCertificate", Resource: "*"}}}
"""
OTHERS_TREE = """\
corp-pki: account 123456789012, eu-west-1
├─ elsewhere (managed elsewhere, \
arn:aws:acm-pca:eu-west-1:210987654321:certificate-authority/11111111-2222-3333-4444-555555555555)
├─ waiting (a"] --> <b>%{x}, SUBORDINATE, RSA_2048, pending)
├─ asleep (Asleep, ROOT, RSA_2048, until 2046-01-01T00:00:00Z, us-east-1, disabled)
├─ next (Next, ROOT, RSA_4096, until 2056-01-01T00:00:00Z, us-east-1, successor of asleep)
└─ own (role build, which exists) has no grants: its rights are in its policy
"""


@pytest.mark.parametrize(("form", "expected"), [("text", TREE), ("mermaid", MERMAID), ("dot", DOT)])
def test_the_example_as_a_graph(pcaform: Run, form: str, expected: str) -> None:
    done = pcaform("graph", EXAMPLE, "--format", form)
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")


def test_what_is_not_in_a_hierarchy_is_shown_too(pcaform: Run) -> None:
    done = pcaform("graph", "-", stdin=OTHERS.encode())
    assert (done.returncode, done.stdout) == (0, OTHERS_TREE), done.stderr


def test_names_stay_text(pcaform: Run) -> None:
    mermaid = pcaform("graph", "-", "--format", "mermaid", stdin=OTHERS.encode()).stdout
    assert "a#34;#93; --#62; #60;b#62;#37;#123;x#125;" in mermaid
    dot = pcaform("graph", "-", "--format", "dot", stdin=OTHERS.encode()).stdout
    assert r"a\"] --> <b>%{x}" in dot


def test_a_spec_with_errors_has_no_graph(pcaform: Run, tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(EXAMPLE.read_text(encoding="utf-8").replace("parent: root", "parent: rot"))
    done = pcaform("graph", "spec.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "[unknown-parent]" in done.stderr


def test_a_state_is_drawn(pcaform: Run) -> None:
    done = pcaform("graph", "--state", "-", stdin=stacked(*root()))
    assert (done.returncode, done.stdout, done.stderr) == (0, STATE, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one of a SPEC, --state FILE, and --live"),
        ([EXAMPLE, "--live"], "name one of a SPEC, --state FILE, and --live"),
        ([EXAMPLE, "--region", "eu-west-1"], "profiles, regions and roles are for reading an account: add --live"),
    ],
)
def test_one_source_is_drawn(pcaform: Run, arguments: list[str | Path], message: str) -> None:
    done = pcaform("graph", *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"pcaform: {message}\n")
