"""Name constraints and the template of a CA's certificate: applied, in it, and read back by each source."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from cryptography import x509

from end_to_end.fixtures import HEAD, NAME, Stack, started
from importer.infer.infer_state import infer_state
from pcaform.cli.account_session import read_inventory
from pcaform.core.problems import Invalid
from pcaform.importer.infer.infer import infer
from pcaform.importer.infer.keys import existing_keys
from pcaform.render.normal_form import differing_fields
from pcaform.rules.load import load_valid_text
from pcaform.sources.aws.session import Caller
from pcaform.sources.aws.snapshot import Filters
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import read
from pcaform.spec.yaml_writer import dump

pytestmark = pytest.mark.terraform
TEXT = """\
certificate_authorities:
  root:
    type: ROOT
    path_length: 2
    template: BlankRootCACertificate_PathLen2_APIPassthrough/V1
    subject: {common_name: Root, organization: Corp, country: DE}
    validity: {type: YEARS, value: 20}
    api_passthrough: {Extensions: {KeyUsage: {KeyCertSign: true, CRLSign: true, DigitalSignature: true}}}
  policy:
    type: SUBORDINATE
    parent: root
    path_length: 1
    subject: {common_name: Policy, organization: Corp, country: DE}
    validity: {type: YEARS, value: 10}
    api_passthrough: {Extensions: {CertificatePolicies: [{CertPolicyId: 1.2.3}]}}
    name_constraints:
      permitted:
        dns_names: [corp.example, .internal]
        directory_names: ["O=Corp,C=DE"]
        ip_ranges: [10.0.0.0/8, "2001:db8::/32"]
        email_addresses: [pki@corp.example, .corp.example]
        uris: [.corp.example]
      excluded: {dns_names: [secret.corp.example]}
  issuing:
    type: SUBORDINATE
    parent: policy
    template: SubordinateCACertificate_PathLen0_APICSRPassthrough/V1
    subject: {common_name: Issuing, organization: Corp, country: DE}
    validity: {type: YEARS, value: 5}
    name_constraints: {permitted: {dns_names: [a.corp.example]}}
"""


@dataclass(frozen=True)
class Applied:
    stack: Stack
    certificates: dict[str, str]
    """Common name -> PEM."""


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    with started(tmp_path_factory.mktemp("constraints")) as stack:
        stack.apply_without_plan(TEXT)
        client = stack.server.client("acm-pca")
        found: dict[str, str] = {}
        for ca in client.list_certificate_authorities()["CertificateAuthorities"]:
            name = ca["CertificateAuthorityConfiguration"]["Subject"]["CommonName"]
            found[name] = client.get_certificate_authority_certificate(CertificateAuthorityArn=ca["Arn"])["Certificate"]
        yield Applied(stack, found)


def test_the_certificate_has_the_constraints(applied: Applied) -> None:
    certificate = x509.load_pem_x509_certificate(applied.certificates["Policy"].encode())
    extension = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    permitted, excluded = extension.value.permitted_subtrees or [], extension.value.excluded_subtrees or []
    assert extension.critical
    assert [type(each).__name__ for each in permitted] == (
        ["DNSName"] * 2 + ["DirectoryName"] + ["IPAddress"] * 2 + ["RFC822Name"] * 2 + ["UniformResourceIdentifier"]
    )
    assert excluded == [x509.DNSName("secret.corp.example")]
    assert certificate.extensions.get_extension_for_class(x509.CertificatePolicies)


def test_openssl_shows_them(applied: Applied) -> None:
    command = ["openssl", "x509", "-noout", "-ext", "nameConstraints"]
    shown = subprocess.run(command, input=applied.certificates["Policy"], capture_output=True, text=True, check=True)
    assert "X509v3 Name Constraints: critical" in shown.stdout
    for text in ("DNS:.internal", "DirName:C = DE, O = Corp", "IP:10.0.0.0/255.0.0.0", "DNS:secret.corp.example"):
        assert text.replace(" ", "") in shown.stdout.replace(" ", "")


def test_the_template_sets_the_path_length_of_a_root(applied: Applied) -> None:
    certificate = x509.load_pem_x509_certificate(applied.certificates["Root"].encode())
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.path_length == 2


def test_a_second_plan_is_empty(applied: Applied) -> None:
    assert applied.stack.remaining_changes(TEXT) == {}


def test_state_and_files_give_the_spec_back(applied: Applied) -> None:
    ours = load_valid_text((HEAD + TEXT).encode(), "spec.yaml")
    (from_state,) = infer_state(applied.stack.terraform.state_pull(), "state", stack=NAME)
    (from_files,) = infer(read(str(applied.stack.terraform.directory), Options()), stack=NAME)
    assert differing_fields(ours, from_state.spec, "state") == []
    assert differing_fields(ours, from_files.spec, "hcl") == []
    text = dump(from_state.spec).partition("certificate_authorities:")
    assert applied.stack.remaining_changes("".join(text[1:])) == {}


def test_the_account_gives_the_constraints_back(applied: Applied, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = load_valid_text((HEAD + TEXT).encode(), "spec.yaml")
    for name, value in applied.stack.server.environment.items():
        monkeypatch.setenv(name, value)
    (found,) = infer(read_inventory(Caller(), Filters()), stack=NAME, existing=existing_keys(ours))
    assert differing_fields(ours, found.spec, "live") == []


@pytest.mark.parametrize(
    ("old", "new", "term"),
    [
        ("[a.corp.example]", "[b.corp.example]", "name_constraints"),
        ("    name_constraints: {permitted: {dns_names: [a.corp.example]}}\n", "", "name_constraints"),
        ("_PathLen0_APICSRPassthrough", "_PathLen0_APIPassthrough", "template"),
    ],
)
def test_an_issued_certificate_keeps_its_terms(applied: Applied, old: str, new: str, term: str) -> None:
    applied.stack.render(TEXT)
    with pytest.raises(Invalid) as caught:
        applied.stack.render(TEXT.replace(old, new))
    assert any(f"issued with {term}" in each.message for each in caught.value.problems)
