"""Pieces of specs for the tests of removals: CAs as lines of YAML, and what belongs to them."""

import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pcaform.render import manifest, removal_check
from pcaform.render.manifest import Record
from pcaform.render.plan.stack import plan
from pcaform.rules.load import load_valid_text
from pcaform.spec.yaml_reader import parse

ACCOUNT = "123456789012"
HEAD = f"""\
version: 1
stack: corp-pki
aws: {{region: eu-west-1, account_id: "{ACCOUNT}"}}
"""
ARN = f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/11111111-2222-3333-4444-555555555555"
USER = f"arn:aws:iam::{ACCOUNT}:user/ci"
ACM = f"arn:aws:acm:eu-west-1:{ACCOUNT}:certificate/11111111-2222-3333-4444-555555555555"
PERMITTED = "permissions: [{principal: acm.amazonaws.com}]"


def ca(key: str, *more: str, years: int = 20) -> str:
    """Return a root in the spec, as a line of YAML."""
    common = ["type: ROOT", f"subject: {{common_name: {key}}}", "key_algorithm: EC_prime256v1"]
    validity = [] if any("activation" in each for each in more) else [f"validity: {{type: YEARS, value: {years}}}"]
    return f"  {key}: {{{', '.join([*common, *validity, *more])}}}\n"


def child(*more: str, key: str = "issuing", years: int = 5) -> str:
    """Return a subordinate in the spec, as a line of YAML; `more` names its parent."""
    common = ["type: SUBORDINATE", f"subject: {{common_name: {key}}}", "key_algorithm: EC_prime256v1"]
    return f"  {key}: {{{', '.join([*common, f'validity: {{type: YEARS, value: {years}}}', *more])}}}\n"


def revocation(setting: str) -> str:
    """Return a revocation configuration with OCSP, as one line of YAML."""
    return f"revocation_configuration: {{ocsp_configuration: {{{setting}}}}}"


def external(key: str) -> str:
    """Return a CA in the spec that is active already."""
    off = "revocation_configuration: {ocsp_configuration: {enabled: false}}"
    return ca(key, f"arn: '{ARN}'", "activation: external", off)


def spec(*authorities: str, rest: str = "") -> str:
    return f"{HEAD}certificate_authorities:\n{''.join(authorities)}{rest}" if authorities else f"{HEAD}{rest}"


OFFLINE = (Path(__file__).parent.parent / "rules" / "cases" / "offline-certificate.ok.yaml").read_text(encoding="utf-8")
"""A spec with the CA `issuing`, whose certificate was signed elsewhere."""


def offline(instead: str = "") -> str:
    """Return the spec OFFLINE with a root added; `instead` are lines of YAML that replace the certificate."""
    text = OFFLINE.replace("certificate_authorities:\n", f"certificate_authorities:\n{ca('root')}")
    return re.sub(r"    activation:\n(?:      .*\n)+", instead, text) if instead else text


ISSUED_HERE = "    parent: root\n    validity: {type: YEARS, value: 5}\n"
ISSUER = "issuers: {ci: {grants: [{certificates: unmanaged, certificate_authorities: [root]}]}}\n"
ROLE = "role: {role_name: builder, trust: {services: [ec2.amazonaws.com]}}, "
OPERATED = "administrators: {ops: {role_name: ops-role, trust: {accounts: ['210987654321']}}}\n"
MOVED = (
    "moves: {module.ca_root.aws_acmpca_certificate_authority.this: "
    "module.ca_other.aws_acmpca_certificate_authority.this}\n"
)
REFERENCE = f"  partner: {{managed: false, arn: '{ARN}', {PERMITTED}}}\n"
PLAIN = REFERENCE.replace(f", {PERMITTED}", "")
WEB = "certificates: {web: {certificate_authority: root, domain_name: a.example, key_algorithm: EC_prime256v1}}\n"
ELSEWHERE = "provider: {region: us-east-1}"


def messages_of(before: str, after: str, *, unrecorded: str = "") -> list[str]:
    """Return the messages for rendering `after` over the stack of `before`, each with its line and column.

    `unrecorded` is an attribute of the items that the manifest of an earlier pcaform does not have.
    """
    first = plan(load_valid_text(before.encode(), "spec.yaml"), source="spec.yaml").record
    items = {key: without(item, unrecorded) for key, item in first.items.items()}
    recorded = read_back(replace(first, items=items))
    document, now = parse(after.encode(), "spec.yaml"), load_valid_text(after.encode(), "spec.yaml")
    planned = plan(now, source="spec.yaml", before=recorded)
    problems = removal_check.list_problems(now, document, planned, recorded)
    return [f"{problem.location}: {problem.message}".removeprefix("spec.yaml:") for problem in problems]


def without(item: manifest.Item, name: str) -> manifest.Item:
    """Return an item as it is without an attribute."""
    fields = item.model_dump(exclude_defaults=True)
    return manifest.Item.model_validate({key: each for key, each in fields.items() if key != name})


def read_back(record: Record) -> Record:
    """Return a record as the manifest on disk has it for the next render."""
    with TemporaryDirectory() as directory:
        path = Path(directory, manifest.NAME)
        path.write_bytes(manifest.serialize({}, record))
        return manifest.read(path).record
