"""The manifest of a stack: a JSON file that records the files of the last render, and what the stack ever had.

With it, a later render can tell its own files from others, and an item that was removed from one that never existed.
Absence is not emptiness: what is not there, or in another format, is never taken for a stack that had nothing. The
tool's version is only written here, so that no other file changes with it.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from pcaform import __version__
from pcaform.core.facts import only_key_storage
from pcaform.core.files import read_if_present
from pcaform.core.problems import Failure
from pcaform.render.plan.module_call import without_none
from pcaform.spec.cas import CertificateAuthority, OfflineActivation, Reference
from pcaform.spec.issuers import Issuer
from pcaform.spec.stack import Spec
from pcaform.spec.types import Many
from pcaform.terraform import addresses
from pcaform.terraform.schema import certificate_terms, identity_fields
from pcaform.terraform.state_location import state_location

NAME = ".pcaform.json"
_FORMAT = "1.1"
_FORMATS = ("1.0", _FORMAT)
"""The formats that are read; 1.0 has no history."""
_REMEDY = "restore it, for example from version control"
_CONFLICT = (
    "git left conflicts that only you can decide: keep one side of each, that of the branch that was applied last, and "
    "run pcaform render"
)
_MARKS = {"<<<<<<<": "ours", "|||||||": "base", "=======": "theirs", ">>>>>>>": ""}
"""The starts of lines with which git marks a conflict, and whose lines follow."""
_FORBIDDEN = frozenset("\\:\0\n")
"""On Windows the first two can also lead out of a directory."""

AWS = "aws"
BACKEND = "backend"
AUTHORITIES = "certificate_authorities"
REMOVED = "removed"
"""Where an address moves that is forgotten: out of the state."""
SECTIONS = (AUTHORITIES, "issuers", "administrators", "auditors", "crl_buckets", "certificates")
"""The sections of a spec whose items a stack has."""
_ITEM = re.compile(rf"({'|'.join(SECTIONS)})\.[a-z][a-z0-9_-]*")


class _Part(BaseModel):
    """A part of the manifest; what an earlier pcaform wrote beside the fields stays."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow")


class Terms(_Part):
    """The terms of a CA's certificate that a stack issued: its fields, and the further ones of the spec."""

    generation: PositiveInt
    oldest: PositiveInt | None = None
    """The oldest generation that may still be installed, until it is known that a later render was applied."""
    signed_in: dict[str, Any] | None = None
    """The provider of the CA that signed it."""

    @property
    def further(self) -> dict[str, Any]:
        """The fields of the spec that it was issued with."""
        return self.model_extra or {}


class Fate(_Part):
    """What a spec said under `removed`, with the last generation of the certificate that the stack may have."""

    forget: str | None = None
    destroy: str | None = None
    generation: PositiveInt
    provider: dict[str, Any] | None = None


class Item(_Part):
    """What a stack may have of an entry of a spec: the values that must not change unnoticed."""

    managed: bool | None = None
    arn: str | None = None
    name: str | None = None
    """Its name at AWS."""
    principal: str | None = None
    identity: dict[str, Any] = Field(default_factory=dict)
    """What AWS never changes."""
    permits: bool | None = None
    protected: bool | None = None
    revocation: dict[str, Any] = Field(default_factory=dict)
    """Each revocation block, and whether it is enabled."""
    provider: dict[str, Any] | None = None
    activation: str | None = None
    certificate: Terms | None = None
    former: Many[str] = ()
    """The keys that it had before, oldest first, until it is known that a later render was applied."""
    removal: Fate | None = None
    applied: bool = Field(default=False, exclude=True)
    """Whether it is known that it was applied; never written."""
    arn_in_state: str | None = Field(default=None, exclude=True)
    """The ARN of a CA in the state; never written."""

    @property
    def is_managed(self) -> bool:
        """Whether it is the stack's own; a CA that is managed elsewhere is not."""
        return self.managed is not False

    @property
    def is_permitting(self) -> bool:
        """Whether a CA permits ACM to renew, which is all that the stack has of one that is managed elsewhere.

        Older manifests contain only those references that do, and do not say so.
        """
        return not self.is_managed if self.permits is None else self.permits

    @property
    def last_generation(self) -> int:
        """The last generation of a CA's certificate that the stack may have."""
        return max(part.generation if part else 1 for part in (self.certificate, self.removal))

    @property
    def known_arn(self) -> str | None:
        """Its ARN in the state that was shown, or in the spec."""
        return self.arn_in_state or self.arn


Items = Mapping[str, Item]


@dataclass(frozen=True, slots=True)
class Record:
    """What a stack may have at AWS, as far as its renders tell: none of them need have been applied."""

    items: Items = field(default_factory=dict)
    """By `section.key` of the spec."""
    let_go: Items = field(default_factory=dict)
    """The items, or only their certificates, that a spec had under `removed`, with what it said there (`removal`)."""
    moves: Mapping[str, str] = field(default_factory=dict)
    """The addresses that were moved, or forgotten (`REMOVED`)."""
    done_moves: Mapping[str, str] = field(default_factory=dict)
    """The moves of earlier renders of which it is known what the state makes of them; never written."""
    place: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The account and region of the stack (`AWS`), and where its state is (`BACKEND`)."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One render, as the next one needs it."""

    files: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Path in the stack -> digests of what was written: one, unless git left a conflict."""
    record: Record = field(default_factory=Record)
    versions: frozenset[str] = frozenset()
    """The pcaform that wrote it."""
    is_missing: bool = False
    """Whether there is no manifest, which does not mean that there is no stack."""


def digest(content: bytes) -> str:
    """Return a file's digest in the manifest's form."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def serialize(files: Mapping[str, bytes], record: Record) -> bytes:
    """Return the manifest of these files: sorted, so that git merges what two branches render.

    Each fact is on a line below its name, which no render changes: git refuses changes of neighbouring lines. A table
    of items ends with what every stack has, so that another last one changes no comma.
    """
    lines = [
        _format_table("files", {path: digest(content) for path, content in sorted(files.items())}),
        f'  "format_version": "{_FORMAT}"',
        f'  "pcaform_version": "{__version__}"',
        _format_table("items", {**_dump_all(record.items), **record.place}),
        _format_table("let_go", _dump_all(record.let_go)),
        _format_table("moves", dict(sorted(record.moves.items()))),
    ]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _dump_all(items: Items) -> dict[str, Any]:
    return {name: item.model_dump(mode="json", exclude_defaults=True) for name, item in sorted(items.items())}


def _format_table(name: str, entries: Mapping[str, Any]) -> str:
    lines = [f"    {json.dumps(key)}:\n      {json.dumps(entry, sort_keys=True)}" for key, entry in entries.items()]
    return f'  "{name}": {{\n' + ",\n".join(lines) + ("\n" if lines else "") + "  }"


def read(path: Path) -> Manifest:
    """Return the manifest in a file; `is_missing` where there is no file.

    Where git left conflicts, it remembers what either side does. Raises Failure if it cannot be read, is not a
    manifest, has a format of another pcaform, or names a file that pcaform never writes: such a manifest was edited,
    and following it would delete files of others.
    """
    raw = read_if_present(path)
    if raw is None:
        return Manifest(is_missing=True)
    advice = _REMEDY
    try:
        sides = {_read_side(raw.decode(), side) for side in ("ours", "theirs")}
        advice = _CONFLICT if len(sides) > 1 else _REMEDY
        contents: list[Any] = [json.loads(side) for side in sorted(sides)]
        if strange := [each for each in contents if each["format_version"] not in _FORMATS]:
            version, writer = strange[0]["format_version"], strange[0].get("pcaform_version") or "a later release"
            message = f"this manifest has format {version}, and pcaform {__version__} reads {' and '.join(_FORMATS)}"
            raise Failure(f"{path}: {message}: use the pcaform that wrote it ({writer}), or {_REMEDY}")
        files: dict[str, frozenset[str]] = {}
        for name, value in ((str(name), str(value)) for each in contents for name, value in each["files"].items()):
            files[name] = files.get(name, frozenset()) | {value}
        records = [_read_record(content) for content in contents]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Failure(f"{path}: not a whole manifest of pcaform: {advice}") from None
    if unsafe_paths := sorted(name for name in files if not is_safe_path(name)):
        raise Failure(f"{path}: names {unsafe_paths[0]!r}, which pcaform never writes: {advice}")
    versions = frozenset(str(each.get("pcaform_version")) for each in contents)
    return Manifest(files, _join(path, records), versions)


def _read_side(text: str, side: str) -> str:
    """Return a text as one side of its conflicts has it."""
    kept, now = [], ""
    for line in text.splitlines(keepends=True):
        mark = _MARKS.get(line[:7])
        now = now if mark is None else mark
        if mark is None and now in ("", side):
            kept.append(line)
    return "".join(kept)


def _join(path: Path, records: Sequence[Record]) -> Record:
    """Return what any side of a conflict remembers; raises Failure where two remember one thing otherwise."""
    joined: dict[str, dict[str, Any]] = {"items": {}, "let_go": {}, "moves": {}, "place": {}}
    for table, entries in joined.items():
        pairs = [pair for record in records for pair in getattr(record, table).items()]
        for name, entry in sorted(pairs, key=lambda pair: pair[0]):
            if entries.setdefault(name, entry) != entry:
                raise Failure(f"{path}: both branches changed '{name}': {_CONFLICT}")
    return Record(**joined)


def _read_record(content: Mapping[str, Any]) -> Record:
    """Return what a manifest remembers; raises KeyError where a table that its format has is not there."""
    history = content if content["format_version"] == _FORMAT else {"let_go": {}, "moves": {}}
    place = {name: dict(each) for name, each in content["items"].items() if name in (AWS, BACKEND)}
    items = _read_items({name: each for name, each in content["items"].items() if name not in place})
    moves = {str(old): str(new) for old, new in history["moves"].items()}
    record = Record(items, _read_items(history["let_go"]), moves, place=place)
    if record.items and AWS not in place:
        raise ValueError("a stack has an account")
    if not all(item.removal and (item.removal.forget or item.removal.destroy) for item in record.let_go.values()):
        raise ValueError("what was let go has a removal")
    for address in {*moves, *moves.values()} - {REMOVED}:
        addresses.parse(address)
    return record


def _read_items(table: Mapping[str, Any]) -> dict[str, Item]:
    """Return the items of a table; raises ValueError for what pcaform never writes."""
    if not all(map(_ITEM.fullmatch, table)):
        raise ValueError("an item has a section and a key")
    of_state = {"applied": False, "arn_in_state": None}
    return {name: Item.model_validate(each).model_copy(update=of_state) for name, each in table.items()}


def is_safe_path(path: str) -> bool:
    """Tell whether a path may be a file of pcaform: inside the stack, and not a file of Terraform or of the user."""
    parts = path.split("/")
    is_inside = not any(part in ("", ".", "..") for part in parts) and not set(path) & _FORBIDDEN
    is_terraform_file = any(part.startswith(".terraform") or ".tfstate" in part for part in parts)
    return is_inside and not is_terraform_file and not path.endswith((".tfvars", ".tfvars.json"))


def place_of(spec: Spec) -> dict[str, Mapping[str, Any]]:
    """Return the account and region of a stack, and where its state is."""
    backend, location = state_location(spec.terraform.state)
    return {AWS: {"account_id": spec.aws.account_id, "region": spec.aws.region}, BACKEND: {backend: location}}


def build_manifest_items(spec: Spec) -> dict[str, Item]:
    """Return the items of a stack, by `section.key`, so that the next render finds removals and forbidden changes.

    The item of a CA has its provider, its identity (what AWS never changes), and the terms of its certificate:
    Terraform ignores edits of those, since replacing the certificate would revoke it.
    """
    items = {
        f"{AUTHORITIES}.{key}": _reference_item(authority)
        if isinstance(authority, Reference)
        else _ca_item(key, authority, spec)
        for key, authority in spec.certificate_authorities.items()
    }
    items |= {f"issuers.{key}": _issuer_item(issuer) for key, issuer in spec.issuers.items()}
    for section, key, role in spec.operator_roles:
        items[f"{section}.{key}"] = Item(principal="role", name=role.role_name)
    items |= {f"crl_buckets.{key}": Item(name=each.bucket or key) for key, each in spec.crl_buckets.items()}
    return items | {f"certificates.{key}": Item(arn=each.arn) for key, each in spec.certificates.items()}


def _reference_item(ca: Reference) -> Item:
    """Return the item of a CA that is managed elsewhere: by its ARN, or by its name if only Terraform reads that."""
    name = {} if ca.arn else {"stack": ca.stack, "certificate_authority": ca.certificate_authority}
    return Item(managed=False, arn=ca.arn, permits=bool(ca.permissions), identity=name)


def _ca_item(key: str, authority: CertificateAuthority, spec: Spec) -> Item:
    """Return the item of a CA: its provider and identity, and the terms of its certificate if it is issued here."""
    signer = spec.certificate_authorities[authority.parent] if authority.parent else authority
    terms = without_none({name: _dump(getattr(authority, name)) for name in certificate_terms()})
    issued = Terms(generation=authority.generation, signed_in=_dump(signer.provider), **terms)
    blocks = authority.revocation_configuration or ()
    return Item(
        managed=True,
        arn=authority.arn,
        identity=_identity(authority, spec.region_of(key)),
        permits=bool(authority.permissions and authority.activation != "pending") or None,
        protected=authority.deletion_protection,
        revocation={name: block.enabled for name, block in blocks if block is not None},
        provider=_dump(authority.provider),
        activation="certificate" if isinstance(authority.activation, OfflineActivation) else authority.activation,
        certificate=None if authority.activation else issued,
    )


def _identity(authority: CertificateAuthority, region: str) -> dict[str, Any]:
    """Return what AWS never changes; a CA that the stack creates has its region's key storage if the spec is silent."""
    identity = {name: _dump(getattr(authority, name)) for name in identity_fields()}
    if authority.key_storage_security_standard is None and authority.arn is None:
        identity["key_storage_security_standard"] = only_key_storage(region)
    return without_none(identity)


def _issuer_item(issuer: Issuer) -> Item:
    """Return the item of an issuer: the kind of its principal, since another kind would destroy the old one."""
    if not issuer.is_owned:
        return Item(principal="existing")
    return Item(principal="role" if issuer.role else "user", name=issuer.principal_name)


def _dump(value: Any) -> Any:
    """Return a value as the manifest's JSON has it: what was read back must equal what is rendered anew."""
    return value.model_dump(mode="json", exclude_none=True) if hasattr(value, "model_dump") else value
