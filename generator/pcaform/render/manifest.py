"""The manifest of a stack: a JSON file that records the files of the last render, and what the stack ever had.

With it, a later render can tell its own files from others, and an item that was removed from one that never existed.
Absence is not emptiness: what is not there, or in another format, is never taken for a stack that had nothing. The
tool's version is only written here, so that no other file changes with it.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pcaform import __version__
from pcaform.core.facts import only_key_storage
from pcaform.core.files import read_if_present
from pcaform.core.problems import Failure
from pcaform.render.plan.module_call import without_none
from pcaform.spec.cas import CertificateAuthority, OfflineActivation, Reference
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec
from pcaform.terraform import addresses
from pcaform.terraform.schema import certificate_terms, identity_fields
from pcaform.terraform.state_location import state_location

NAME = ".pcaform.json"
_FORMAT = "1.1"
_FORMATS = ("1.0", _FORMAT)
"""The formats that are read; 1.0 has no history."""
_REMEDY = "restore it, for example from version control"
_FORBIDDEN = frozenset("\\:\0\n")
"""On Windows the first two can also lead out of a directory."""

AWS = "aws"
BACKEND = "backend"
AUTHORITIES = "certificate_authorities"
IDENTITY = "identity"
REVOCATION = "revocation"
PRINCIPAL = "principal"
ARN = "arn"
NAME_AT_AWS = "name"
MANAGED = "managed"
PERMITS = "permits"
PROTECTED = "protected"
PROVIDER = "provider"
ACTIVATION = "activation"
CERTIFICATE = "certificate"
GENERATION = "generation"
SIGNED_IN = "signed_in"
FORMER = "former"
OLDEST = "oldest"
REMOVAL = "removal"
REMOVED = "removed"
"""Where an address moves that is forgotten: out of the state."""
SECTIONS = (AUTHORITIES, "issuers", "administrators", "auditors", "crl_buckets", "certificates")
"""The sections of a spec whose items a stack has."""
_ITEM = re.compile(rf"({'|'.join(SECTIONS)})\.[a-z][a-z0-9_-]*")
_PARTS = (IDENTITY, REVOCATION, CERTIFICATE, PROVIDER, REMOVAL)
"""Parts of an item that are mappings themselves."""
Items = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Record:
    """What a stack may have at AWS, as far as its renders tell: none of them need have been applied.

    An item has the keys that it had before (`former`), and a certificate the oldest generation that may still be
    installed (`oldest`); both until it is known that a later render was applied.
    """

    items: Items = field(default_factory=dict)
    """`section.key` of the spec -> values that must not change unnoticed, such as a certificate's generation."""
    let_go: Items = field(default_factory=dict)
    """The items, or only their certificates, that a spec had under `removed`, with what it said there (`removal`)."""
    moves: Mapping[str, str] = field(default_factory=dict)
    """The addresses that were moved, or forgotten (`REMOVED`)."""
    done_moves: Mapping[str, str] = field(default_factory=dict)
    """The moves of earlier renders of which it is known what the state makes of them; never written."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One render, as the next one needs it."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Path in the stack -> digest of what was written."""
    record: Record = field(default_factory=Record)
    is_missing: bool = False
    """Whether there is no manifest, which does not mean that there is no stack."""


def digest(content: bytes) -> str:
    """Return a file's digest in the manifest's form."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def serialize(files: Mapping[str, bytes], record: Record) -> bytes:
    """Return the manifest of these files: sorted, one line per file and item, so that merges conflict rarely."""
    lines = [
        _format_table("files", {path: digest(content) for path, content in files.items()}),
        f'  "format_version": "{_FORMAT}"',
        _format_table("items", record.items),
        _format_table("let_go", record.let_go),
        _format_table("moves", record.moves),
        f'  "pcaform_version": "{__version__}"',
    ]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _format_table(name: str, entries: Mapping[str, Any]) -> str:
    lines = [f"    {json.dumps(key)}: {json.dumps(entries[key], sort_keys=True)}" for key in sorted(entries)]
    return f'  "{name}": {{\n' + ",\n".join(lines) + "\n  }" if lines else f'  "{name}": {{}}'


def read(path: Path) -> Manifest:
    """Return the manifest in a file; `is_missing` where there is no file.

    Raises Failure if it cannot be read, is not a manifest, has a format of another pcaform, or names a file that
    pcaform never writes: such a manifest was edited, and following it would delete files of others.
    """
    raw = read_if_present(path)
    if raw is None:
        return Manifest(is_missing=True)
    try:
        content: Any = json.loads(raw)
        if content["format_version"] not in _FORMATS:
            raise _other_format(path, content)
        files = {str(name): str(value) for name, value in content["files"].items()}
        record = _read_record(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(f"{path}: not a whole manifest of pcaform: {_REMEDY}") from None
    if unsafe_paths := sorted(name for name in files if not is_safe_path(name)):
        raise Failure(f"{path}: names {unsafe_paths[0]!r}, which pcaform never writes: {_REMEDY}")
    return Manifest(files, record)


def _other_format(path: Path, content: Mapping[str, Any]) -> Failure:
    version, formats = content["format_version"], " and ".join(_FORMATS)
    return Failure(
        f"{path}: this manifest has format {version}, and pcaform {__version__} reads {formats}: use the pcaform that "
        f"wrote it ({content.get('pcaform_version', 'a later release')}), or {_REMEDY}"
    )


def _read_record(content: Mapping[str, Any]) -> Record:
    """Return what a manifest remembers; raises KeyError where a table that its format has is not there."""
    history = content if content["format_version"] == _FORMAT else {"let_go": {}, "moves": {}}
    items, let_go = (
        {str(name): _read_item(value) for name, value in table.items()}
        for table in (content["items"], history["let_go"])
    )
    record = Record(items, let_go, {str(old): str(new) for old, new in history["moves"].items()})
    _check_names(record)
    return record


def _read_item(value: Any) -> dict[str, Any]:
    """Return an item; raises TypeError or ValueError for parts that pcaform never writes so."""
    item = {**value, **{part: dict(value[part]) for part in _PARTS if part in value}}
    generations = [item.get(part, {}).get(name, 1) for part in (CERTIFICATE, REMOVAL) for name in (GENERATION, OLDEST)]
    if not all(type(number) is int and number > 0 for number in generations):
        raise ValueError("a generation is a number")
    former = item.get(FORMER, [])
    if not isinstance(former, list) or not all(isinstance(key, str) for key in former):
        raise TypeError("former keys are a list of texts")
    if CERTIFICATE in item and GENERATION not in item[CERTIFICATE]:
        raise ValueError("a certificate has a generation")
    return item


def _check_names(record: Record) -> None:
    """Raise ValueError for items that pcaform never writes, and for a stack without its account."""
    names = [*record.items, *record.let_go]
    if record.items and AWS not in record.items:
        raise ValueError("a stack has an account")
    if not all(name in (AWS, BACKEND) or _ITEM.fullmatch(name) for name in names):
        raise ValueError("an item has a section and a key")
    if not all({"forget", "destroy"} & set(item.get(REMOVAL, ())) for item in record.let_go.values()):
        raise ValueError("what was let go has a removal")
    for address in {*record.moves, *record.moves.values()} - {REMOVED}:
        addresses.parse(address)


def is_safe_path(path: str) -> bool:
    """Tell whether a path may be a file of pcaform: inside the stack, and not a file of Terraform or of the user."""
    parts = path.split("/")
    is_inside = not any(part in ("", ".", "..") for part in parts) and not set(path) & _FORBIDDEN
    is_terraform_file = any(part.startswith(".terraform") or ".tfstate" in part for part in parts)
    return is_inside and not is_terraform_file and not path.endswith((".tfvars", ".tfvars.json"))


def build_manifest_items(spec: Spec) -> dict[str, dict[str, Any]]:
    """Return the items of a stack, by `section.key`, so that the next render finds removals and forbidden changes.

    The item of a CA has its provider, its identity (what AWS never changes), and the terms of its certificate:
    Terraform ignores edits of those, since replacing the certificate would revoke it.
    """
    backend, location = state_location(spec.terraform.backend)
    items: dict[str, dict[str, Any]] = {
        AWS: {"account_id": spec.aws.account_id, "region": spec.aws.region},
        BACKEND: {backend: location},
    }
    for key, authority in spec.certificate_authorities.items():
        if isinstance(authority, Reference):
            item = {MANAGED: False, ARN: authority.arn, PERMITS: bool(authority.permissions)}
        else:
            item = _ca_item(key, authority, spec)
        items[f"{AUTHORITIES}.{key}"] = item
    items |= {f"issuers.{key}": _issuer_item(issuer) for key, issuer in spec.issuers.items()}
    for section, key, role in spec.operator_roles:
        items[f"{section}.{key}"] = {PRINCIPAL: "role", NAME_AT_AWS: role.role_name}
    items |= {f"crl_buckets.{key}": {NAME_AT_AWS: each.bucket or key} for key, each in spec.crl_buckets.items()}
    items |= {f"certificates.{key}": without_none({ARN: each.arn}) for key, each in spec.certificates.items()}
    return items


def _ca_item(key: str, authority: CertificateAuthority, spec: Spec) -> dict[str, Any]:
    """Return the item of a CA: its provider and identity, and the terms of its certificate if it is issued here."""
    item: dict[str, Any] = {
        MANAGED: True,
        ARN: authority.arn,
        IDENTITY: _identity(authority, spec.region_of(key)),
        PERMITS: bool(authority.permissions and authority.activation != "pending") or None,
        PROTECTED: authority.deletion_protection,
        REVOCATION: _enabled_revocation(authority) or None,
        PROVIDER: _dump(authority.provider),
        ACTIVATION: "certificate" if isinstance(authority.activation, OfflineActivation) else authority.activation,
    }
    if authority.activation is None:
        terms = {name: _dump(getattr(authority, name)) for name in certificate_terms()}
        signer = spec.certificate_authorities[authority.parent] if authority.parent else authority
        terms[SIGNED_IN] = _dump(signer.provider)
        item[CERTIFICATE] = {GENERATION: authority.generation, **without_none(terms)}
    return without_none(item)


def _identity(authority: CertificateAuthority, region: str) -> dict[str, Any]:
    """Return what AWS never changes; a CA that the stack creates has its region's key storage if the spec is silent."""
    identity = {name: _dump(getattr(authority, name)) for name in identity_fields()}
    if authority.key_storage_security_standard is None and authority.arn is None:
        identity["key_storage_security_standard"] = only_key_storage(region)
    return without_none(identity)


def _enabled_revocation(authority: CertificateAuthority) -> dict[str, bool]:
    """Return each revocation block and whether it is enabled: omitting an enabled block would disable it."""
    if authority.revocation_configuration is None:
        return {}
    return {name: block.enabled for name, block in authority.revocation_configuration if block is not None}


def _issuer_item(issuer: Issuer) -> dict[str, Any]:
    """Return the item of an issuer: the kind of its principal, since another kind would destroy the old one."""
    if not issuer.is_owned:
        return {PRINCIPAL: "existing"}
    if issuer.role is None:
        return {PRINCIPAL: "user", NAME_AT_AWS: issuer.user_name}
    return {PRINCIPAL: "role", NAME_AT_AWS: issuer.role.role_name}


def _dump(value: Any) -> Any:
    """Return a value as the manifest's JSON has it: what was read back must equal what is rendered anew."""
    return value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else value
