"""Every field of a CA, edited once: what the plan then does to that CA, and that it does nothing to any other.

Each field has a CA of its own with a child below it, all in one stack, so that a few plans judge them all.
"""

import copy
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

import pytest
from pydantic import BaseModel

from end_to_end.fixtures import Stack, started
from pcaform.core.problems import Invalid
from pcaform.spec.cas import CertificateAuthority, OfflineActivation
from pcaform.terraform.runner import TerraformError

pytestmark = pytest.mark.terraform

Outcome = Literal["nothing", "update", "renew", "permission", "replace", "refused"]


@dataclass(frozen=True)
class Edit:
    """One field's new value, with what else has to change for the spec to be a spec, and what comes of it."""

    path: str
    value: Any
    outcome: Outcome
    also: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> str:
        return "-".join(part.replace("_", "-")[:20].strip("-") for part in self.path.split("."))[-40:].strip("-")


CRL = {"enabled": True, "s3_bucket_name": "lists", "expiration_in_days": 7}
ON_CRL = ("revocation_configuration.crl_configuration", CRL)
ON_OCSP = ("revocation_configuration.ocsp_configuration", {"enabled": True})
_CRL = "revocation_configuration.crl_configuration"
_OCSP = "revocation_configuration.ocsp_configuration"
_POINT = "crl_distribution_point_extension_configuration.omit_extension"
ARN = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
CONSTRAINTS = {
    "dns_names": "corp.example",
    "directory_names": "O=Corp",
    "ip_ranges": "10.0.0.0/8",
    "email_addresses": "corp.example",
    "uris": "corp.example",
}

EDITS = [
    Edit("managed", value=False, outcome="refused", also=(("arn", ARN),)),
    Edit("arn", ARN, "refused"),
    Edit("type", "ROOT", "refused", also=(("parent", None), ("path_length", None))),
    Edit("parent", "other", "refused"),
    Edit("path_length", 2, "refused"),
    Edit("subject.common_name", "Another", "replace"),
    Edit("subject.country", "FR", "replace"),
    Edit("subject.distinguished_name_qualifier", "q", "replace"),
    Edit("subject.generation_qualifier", "III", "replace"),
    Edit("subject.given_name", "Ada", "replace"),
    Edit("subject.initials", "A", "replace"),
    Edit("subject.locality", "Paris", "replace"),
    Edit("subject.organization", "Corp", "replace"),
    Edit("subject.organizational_unit", "PKI", "replace"),
    Edit("subject.pseudonym", "p", "replace"),
    Edit("subject.serial_number", "1", "refused"),
    Edit("subject.state", "IDF", "replace"),
    Edit("subject.surname", "L", "replace"),
    Edit("subject.title", "Dr", "replace"),
    Edit("subject.custom_attributes", [{"object_identifier": "1.2.3", "value": "x"}], "refused"),
    Edit("key_algorithm", "EC_secp384r1", "replace"),
    Edit("signing_algorithm", "SHA512WITHECDSA", "replace"),
    Edit("validity.type", "MONTHS", "refused", also=(("validity.value", 120),)),
    Edit("validity.value", 9, "refused"),
    Edit("api_passthrough", {"Extensions": {}}, "refused"),
    Edit("template", "SubordinateCACertificate_PathLen1_CSRPassthrough/V1", "refused"),
    *(
        Edit(f"name_constraints.{kind}.{form}", [text], "refused")
        for kind in ("permitted", "excluded")
        for form, text in CONSTRAINTS.items()
    ),
    Edit("activation", "external", "refused"),
    Edit("usage_mode", "SHORT_LIVED_CERTIFICATE", "refused"),
    Edit("key_storage_security_standard", "FIPS_140_2_LEVEL_3_OR_HIGHER", "nothing"),
    Edit("enabled", value=False, outcome="update", also=(("issued_generation", 1),)),  # and its child: see `edited`
    Edit("issued_generation", 1, "nothing"),
    Edit("successor_of", "tags", "nothing"),
    Edit("permanent_deletion_time_in_days", 7, "update"),
    Edit(f"{_CRL}.enabled", value=True, outcome="update", also=(ON_CRL,)),
    Edit(f"{_CRL}.s3_bucket_name", "others", "update", also=(ON_CRL,)),
    Edit(f"{_CRL}.expiration_in_days", 9, "update", also=(ON_CRL,)),
    Edit(f"{_CRL}.custom_cname", "crl.example", "update", also=(ON_CRL,)),
    Edit(f"{_CRL}.s3_object_acl", "BUCKET_OWNER_FULL_CONTROL", "update", also=(ON_CRL,)),
    Edit(f"{_CRL}.crl_type", "PARTITIONED", "refused", also=(ON_CRL,)),
    Edit(
        f"{_CRL}.crl_distribution_point_extension_configuration.omit_extension",
        value=True,
        outcome="refused",
        also=(ON_CRL,),
    ),
    Edit(f"{_OCSP}.enabled", value=True, outcome="update", also=(ON_OCSP,)),
    Edit(f"{_OCSP}.ocsp_custom_cname", "ocsp.example", "update", also=(ON_OCSP,)),
    Edit("permissions", [], "permission"),
    Edit("provider.region", "us-east-1", "refused"),
    Edit("generation", 2, "renew"),
    Edit("deletion_protection", value=False, outcome="nothing"),
    Edit("renamed_from", None, "nothing"),  # the whole entry gets another key: see `edited`
    Edit("timeouts.create", "5m", "nothing"),
    Edit("tags", {"a": "b"}, "update"),
    Edit("ignore", [{"rule": "tags", "reason": "a test"}], "nothing"),
]
OUTSIDE = {
    f"{_CRL}.custom_path": "no release that runs here has it: tests/render/test_provider_release.py",
    "name_constraints": "its forms",
    "name_constraints.permitted": "its forms",
    "name_constraints.excluded": "its forms",
    "permissions.principal": "AWS knows one",
    "permissions.actions": "rule partial-permission",
    "provider.assume_role": "the same place to the plan as provider.region",
    "subject.custom_attributes.object_identifier": "with custom_attributes",
    "subject.custom_attributes.value": "with custom_attributes",
    "ignore.rule": "with ignore",
    "ignore.reason": "with ignore",
}


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the path of every field, models inside models too; an activation's own PEMs are another certificate."""
    for name, field in model.model_fields.items():
        inner = [each for each in _models(field.annotation) if each is not OfflineActivation]
        yield f"{prefix}{name}"
        for each in inner:
            yield from leaves(each, f"{prefix}{name}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models(each)


def test_every_field_is_edited_here() -> None:
    every = set(leaves(CertificateAuthority))
    inner = {path for path in every if not any(other.startswith(f"{path}.") for other in every)}
    edited_here = {edit.path for edit in EDITS} | set(OUTSIDE)
    assert {path for path in inner if not any(path.startswith(f"{each}.") for each in OUTSIDE)} <= edited_here


def base(edit: Edit, *, protected: bool = True) -> dict[str, Any]:
    """Return the CA that an edit is made on, and its child."""
    authority = {
        "type": "SUBORDINATE",
        "parent": "top",
        "path_length": 1,
        "subject": {"common_name": edit.key},
        "validity": {"type": "YEARS", "value": 10},
        "permissions": [{"principal": "acm.amazonaws.com"}],
        "deletion_protection": protected,
    }
    child = {
        "type": "SUBORDINATE",
        "parent": edit.key,
        "subject": {"common_name": f"below {edit.key}"},
        "validity": {"type": "YEARS", "value": 5},
        "permissions": [{"principal": "acm.amazonaws.com"}],
    }
    return {edit.key: authority, f"{edit.key}-child": child}


def edited(edit: Edit, *, protected: bool = True) -> dict[str, Any]:
    """Return the same after the edit."""
    entries = base(edit, protected=protected)
    if edit.path == "renamed_from":
        entries["renamed"] = {**entries.pop(edit.key), "renamed_from": edit.key}
        entries[f"{edit.key}-child"]["parent"] = "renamed"
        return entries
    for path, value in (*edit.also, (edit.path, edit.value)):
        at = entries[edit.key]
        *above, last = path.split(".")
        for step in above:
            at = at.setdefault(step, {})
        if value is None:
            del at[last]
        else:
            at[last] = copy.deepcopy(value)
    if edit.path == "enabled":
        entries[f"{edit.key}-child"]["issued_generation"] = 1
    if edit.path == "managed":
        entries[edit.key] = {"managed": False, "arn": ARN, "key_algorithm": "EC_prime256v1"}
    return entries


def text(*entries: dict[str, Any]) -> str:
    """Return the spec of these CAs below two roots."""
    top = {"type": "ROOT", "validity": {"type": "YEARS", "value": 20}}
    roots = {key: {**top, "subject": {"common_name": key}} for key in ("top", "other")}
    every = roots | {key: entry for each in entries for key, entry in each.items()}
    return f"certificate_authorities: {json.dumps(every)}\n"


def of(*outcomes: Outcome) -> list[Edit]:
    return [edit for edit in EDITS if edit.outcome in outcomes]


CA = "module.ca_{0}.aws_acmpca_certificate_authority.this"
INSTALLATION = "module.ca_{0}.aws_acmpca_certificate_authority_certificate.this[0]"
SECOND = "module.ca_{0}_certificate_g2.aws_acmpca_certificate.this"
PERMISSION = "module.acm_permission_{0}.aws_acmpca_permission.this"
NEW_FIRST = ("create", "delete")
EXPECTED: dict[Outcome, dict[str, tuple[str, ...]]] = {
    "nothing": {},
    "update": {CA: ("update",)},
    "renew": {SECOND: ("create",), INSTALLATION: NEW_FIRST},
    "permission": {PERMISSION: ("delete",)},
    "replace": {CA: NEW_FIRST, INSTALLATION: NEW_FIRST, PERMISSION: ("delete", "create")},
}


def expected(edits: list[Edit]) -> dict[str, tuple[str, ...]]:
    """Return what a plan with all these edits changes."""
    return {address.format(edit.key): actions for edit in edits for address, actions in EXPECTED[edit.outcome].items()}


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Apply the CA of every edit that a plan judges; the tests only plan."""
    with started(tmp_path_factory.mktemp("edits")) as found:
        found.apply_without_plan(BEFORE)
        shutil.copytree(found.terraform.directory, found.home / "before", symlinks=True)
        yield found


@pytest.fixture
def stack(applied: Stack) -> Stack:
    """Return the applied stack as it was rendered first, as version control would bring it back."""
    shutil.rmtree(applied.terraform.directory)
    shutil.copytree(applied.home / "before", applied.terraform.directory, symlinks=True)
    return applied


QUIET = of("nothing", "update", "renew", "permission")
REPLACING = of("replace")
BEFORE = text(*map(base, QUIET), *(base(edit, protected=False) for edit in REPLACING))


def test_no_edit_touches_another_authority(stack: Stack) -> None:
    after = text(*map(edited, QUIET), *(base(edit, protected=False) for edit in REPLACING))
    assert stack.plan(after) == expected(QUIET)


def test_an_edit_that_replaces_replaces_only_its_own(stack: Stack) -> None:
    """Not even the certificate of the CA itself is replaced, which would revoke it."""
    after = text(*map(base, QUIET), *(edited(edit, protected=False) for edit in REPLACING))
    assert stack.plan_anyway(after) == expected(REPLACING)


def test_a_protected_authority_is_not_replaced(stack: Stack) -> None:
    after = text(*map(base, QUIET), *map(edited, REPLACING))
    with pytest.raises(TerraformError, match="Instance cannot be destroyed") as refused:
        stack.plan_anyway(after)
    assert [edit.path for edit in REPLACING if f"module.ca_{edit.key}.aws_acmpca" not in str(refused.value)] == []


@pytest.mark.parametrize("edit", of("refused", "replace"), ids=lambda edit: edit.path)
def test_what_terraform_would_not_follow_is_refused(edit: Edit, tmp_path_factory: pytest.TempPathFactory) -> None:
    stack = Stack(tmp_path_factory.mktemp("refused"), None, None)  # type: ignore[arg-type]
    stack.render(text(base(edit)))
    with pytest.raises(Invalid):
        stack.render(text(edited(edit)))
