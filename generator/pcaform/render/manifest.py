"""The manifest of a stack: a JSON file that records the files of the last render and the items of its spec.

With it, a later render can tell its own files from others, and an item that was removed from one that never existed.
The tool's version is only written here, so that no other file changes with it.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pcaform import __version__
from pcaform.core.facts import default_key_storage
from pcaform.core.problems import Failure
from pcaform.render.plan.module_call import without_none
from pcaform.spec.cas import CertificateAuthority, OfflineActivation, Reference
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec
from pcaform.terraform.schema import certificate_terms, identity_fields

NAME = ".pcaform.json"
_FORMAT = "1.0"
_REMEDY = "restore it, or render into an empty directory"
_FORBIDDEN = frozenset("\\:\0\n")
"""On Windows the first two can also lead out of a directory."""

AWS = "aws"
AUTHORITIES = "certificate_authorities"
IDENTITY = "identity"
REVOCATION = "revocation"
_PARTS = (IDENTITY, REVOCATION, "certificate", "provider")
"""Parts of an item that are mappings themselves."""
PRINCIPAL = "principal"
ARN = "arn"
PERMITS = "permits"
ACTIVATION = "activation"
_PLAIN_SECTIONS = ("crl_buckets", "certificates")
SIGNED_IN = "signed_in"

Items = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One render, as the next one needs it."""

    files: Mapping[str, str] = field(default_factory=dict)
    """Path in the stack -> digest of what was written."""
    items: Items = field(default_factory=dict)
    """`section.key` of the spec -> values that must not change unnoticed, such as a certificate's generation."""


def digest(content: bytes) -> str:
    """Return a file's digest in the manifest's form."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def serialize(files: Mapping[str, bytes], items: Items) -> bytes:
    """Return the manifest of these files: sorted, one line per file and item, so that merges conflict rarely."""
    lines = [
        _format_table("files", {path: digest(content) for path, content in files.items()}),
        f'  "format_version": "{_FORMAT}"',
        _format_table("items", items),
        f'  "pcaform_version": "{__version__}"',
    ]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _format_table(name: str, entries: Mapping[str, Any]) -> str:
    lines = [f"    {json.dumps(key)}: {json.dumps(entries[key], sort_keys=True)}" for key in sorted(entries)]
    return f'  "{name}": {{\n' + ",\n".join(lines) + "\n  }" if lines else f'  "{name}": {{}}'


def read(path: Path) -> Manifest:
    """Return the manifest in a file, or an empty one if there is no file.

    Raises Failure if it cannot be read, is not a manifest, or names a file that pcaform never writes: such a manifest
    was edited, and following it would delete files of others.
    """
    try:
        content: Any = json.loads(path.read_bytes())
        files = {str(name): str(value) for name, value in content["files"].items()}
        items = {str(name): _read_item(value) for name, value in content.get("items", {}).items()}
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except OSError as error:
        raise Failure(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(f"{path}: not a manifest of pcaform: {_REMEDY}") from None
    if unsafe_paths := sorted(name for name in files if not is_safe_path(name)):
        raise Failure(f"{path}: names {unsafe_paths[0]!r}, which pcaform never writes: {_REMEDY}")
    return Manifest(files, items)


def _read_item(value: Any) -> dict[str, Any]:
    item = dict(value)
    return {**item, **{part: dict(item[part]) for part in _PARTS if part in item}}


def is_safe_path(path: str) -> bool:
    """Tell whether a path may be a file of pcaform: inside the stack, and not a file of Terraform or of the user."""
    parts = path.split("/")
    is_inside = not any(part in ("", ".", "..") for part in parts) and not set(path) & _FORBIDDEN
    is_terraform_file = any(part.startswith(".terraform") or ".tfstate" in part for part in parts)
    return is_inside and not is_terraform_file and not path.endswith((".tfvars", ".tfvars.json"))


def build_manifest_items(spec: Spec) -> Items:
    """Return the items of a stack, by `section.key`, so that the next render finds removals and forbidden changes.

    The item of a CA has its provider, its identity (what AWS never changes), and the terms of its certificate:
    Terraform ignores edits of those, since replacing the certificate would revoke it.
    """
    items: dict[str, dict[str, Any]] = {AWS: {"account_id": spec.aws.account_id, "region": spec.aws.region}}
    for key, authority in spec.certificate_authorities.items():
        if isinstance(authority, Reference):
            item = {"managed": False, ARN: authority.arn, PERMITS: bool(authority.permissions)}
        else:
            item = _ca_item(key, authority, spec)
        items[f"{AUTHORITIES}.{key}"] = item
    items |= {f"issuers.{key}": {PRINCIPAL: _principal_kind(issuer)} for key, issuer in spec.issuers.items()}
    items |= {f"{section}.{key}": {PRINCIPAL: "role"} for section, key, _ in spec.operator_roles}
    for section in _PLAIN_SECTIONS:
        entries = getattr(spec, section).items()
        items |= {f"{section}.{key}": without_none({ARN: getattr(entry, ARN, None)}) for key, entry in entries}
    return items


def _ca_item(key: str, authority: CertificateAuthority, spec: Spec) -> dict[str, Any]:
    """Return the item of a CA: its provider and identity, and the terms of its certificate if it is issued here."""
    item: dict[str, Any] = {
        "managed": True,
        ARN: authority.arn,
        IDENTITY: _identity(authority, spec.region_of(key)),
        PERMITS: bool(authority.permissions and authority.activation != "pending") or None,
        "protected": authority.deletion_protection,
        REVOCATION: _enabled_revocation(authority) or None,
        "provider": _dump(authority.provider),
        ACTIVATION: "certificate" if isinstance(authority.activation, OfflineActivation) else authority.activation,
    }
    if authority.activation is None:
        terms = {name: _dump(getattr(authority, name)) for name in certificate_terms()}
        signer = spec.certificate_authorities[authority.parent] if authority.parent else authority
        terms[SIGNED_IN] = _dump(signer.provider)
        item["certificate"] = {"generation": authority.generation, **without_none(terms)}
    return without_none(item)


def _identity(authority: CertificateAuthority, region: str) -> dict[str, Any]:
    """Return what AWS never changes; a CA that the stack creates has its region's key storage if the spec is silent."""
    identity = {name: _dump(getattr(authority, name)) for name in identity_fields()}
    if authority.key_storage_security_standard is None and authority.arn is None:
        identity["key_storage_security_standard"] = default_key_storage(region)
    return without_none(identity)


def _enabled_revocation(authority: CertificateAuthority) -> dict[str, bool]:
    """Return each revocation block and whether it is enabled: omitting an enabled block would disable it."""
    if authority.revocation_configuration is None:
        return {}
    return {name: block.enabled for name, block in authority.revocation_configuration if block is not None}


def _principal_kind(issuer: Issuer) -> str:
    """Return the kind of an issuer's principal: changing it would destroy the old principal."""
    if issuer.is_owned:
        return "user" if issuer.role is None else "role"
    return "existing"


def _dump(value: Any) -> Any:
    """Return a value as the manifest's JSON has it: what was read back must equal what is rendered anew."""
    return value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else value
