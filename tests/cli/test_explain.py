"""`pcaform explain`: every rule and every field of a spec has a page, and what is neither gets a suggestion."""

import re

import pytest

from conftest import Run
from pcaform.checks.audit.check import RULES as AUDIT_RULES
from pcaform.checks.guard.rule import all_rules
from pcaform.rules.load import RULES
from pcaform.rules.together import OF_FILES
from pcaform.spec.fields import list_fields

DOCS = "https://github.com/pcaform/pcaform/blob/main/docs"
PAGES = {
    "parent-key": f"""\
A referenced parent has a `key_algorithm`: the signing algorithm must be of its family.
  error of a spec
  more: {DOCS}/rules/hierarchy.md#parent-key
""",
    "ca-template": f"""\
An issuer never signs CA certificates: it could then create trusted CAs.
  error of a spec
  source: https://docs.aws.amazon.com/privateca/latest/userguide/template-varieties.html
  more: {DOCS}/rules/grants.md#ca-template

A change that lets an existing policy, or another account, issue CA certificates. \
Then its principals can create CAs that are trusted wherever this one is.
  finding of the guard, breaks-trust
  source: https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html
  more: {DOCS}/guard.md
""",
    "ocsp_configuration.enabled": """\
certificate_authorities.*.revocation_configuration.ocsp_configuration.enabled
  Whether AWS's OCSP responder answers for this CA's certificates.
  in: The OCSP responder, which answers for single certificates.
  values: true or false
  required
  becomes: aws_acmpca_certificate_authority, revocation_configuration.ocsp_configuration.enabled
""",
}


@pytest.mark.parametrize("topic", PAGES)
def test_a_page(pcaform: Run, topic: str) -> None:
    done = pcaform("explain", topic)
    assert (done.returncode, done.stdout, done.stderr) == (0, PAGES[topic], "")


def test_without_a_topic_all_rules_are_listed(pcaform: Run) -> None:
    names = [line.partition(":")[0] for line in pcaform("explain").stdout.splitlines()]
    assert set(names) == {*OF_FILES, *all_rules(), *(rule.id for rule in RULES), *(rule.id for rule in AUDIT_RULES)}


def test_a_rule_and_a_field_of_one_name_are_both_explained(pcaform: Run) -> None:
    rule, field = pcaform("explain", "moves").stdout.split("\n\n")
    assert rule.endswith("rules/changes.md#moves")
    assert field.startswith("moves\n  Old address to new address")


def test_every_field_has_a_description() -> None:
    assert [path for path, field, _ in list_fields() if not re.search("[a-z]", field.get("description", ""))] == []


def test_what_is_neither_gets_a_suggestion(pcaform: Run) -> None:
    done = pcaform("explain", "validty")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "pcaform: there is no rule and no field 'validty' (did you mean 'validity'?)\n"
