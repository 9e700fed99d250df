"""Compares the settings of a CA with AWS, field by field as listed in `terraform.fields`."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.drift.difference import Difference, Kind
from pcaform.sources.account_snapshot import TAGS, CaStatus
from pcaform.spec.cas import CertificateAuthority
from pcaform.terraform.fields import FIELDS, FieldFact
from pcaform.terraform.force_new import forces_replacement
from pcaform.terraform.resource_types import AUTHORITY

_SECTION = "certificate_authorities.*."
_REVOCATION = "revocation_configuration"
_COMPARED_SEPARATELY = ("tags", "enabled")
_UNCHANGEABLE = ("usage_mode",)
"""[API] UpdateCertificateAuthority takes a status and the revocation settings, and nothing else."""

_REPLACED = "write what AWS has into the spec: a new CA has a key that no one trusts"
_APPLY = "apply the stack, or write what AWS has into the spec"


def compare_settings(
    key: str, ca: CertificateAuthority, live: CaStatus, defaults: Mapping[str, str]
) -> Iterator[Difference]:
    """Yield the differences of a CA's settings; `defaults` are the tags of the provider."""
    data = ca.model_dump(mode="json")
    place = f"certificate_authorities.{key}"
    for field in _list_fields():
        name = field.path.removeprefix(_SECTION)
        if name.startswith(_REVOCATION):
            continue
        value, live_value = _spec_value(data, name), _live_value(live.arguments, field.argument or "")
        if value != live_value and not (value is None and name == "key_storage_security_standard"):
            message = f"{format_value(value)} in the spec, {format_value(live_value)} at AWS"
            yield _field_difference(f"{place}.{name}", field, message, arn=live.arn)
    yield from _compare_revocation(place, data.get(_REVOCATION) or {}, live)
    yield from _compare_tags(place, {**defaults, **ca.tags}, live)
    for message in live.unsupported_settings:
        yield Difference(Kind.INEXPRESSIBLE, place, message, "nothing: a spec cannot express it", live.arn)


def _list_fields() -> Iterator[FieldFact]:
    for field in FIELDS:
        is_carried = field.path.startswith(_SECTION) and field.resource == AUTHORITY and "live" in field.carried
        if is_carried and field.argument and field.path.removeprefix(_SECTION) not in _COMPARED_SEPARATELY:
            yield field


def _field_difference(place: str, field: FieldFact, message: str, *, arn: str) -> Difference:
    if field.argument is not None and forces_replacement(AUTHORITY, field.argument):
        return Difference(Kind.REPLACES, place, message, _REPLACED, arn)
    if field.path.removeprefix(_SECTION) in _UNCHANGEABLE:
        advice = "write what AWS has into the spec: AWS never changes it, and every plan would show it"
        return Difference(Kind.STAYS, place, message, advice, arn)
    return Difference(Kind.APPLIED, place, message, _APPLY, arn)


def _compare_revocation(place: str, data: Mapping[str, Any], live: CaStatus) -> Iterator[Difference]:
    live_data = live.arguments[_REVOCATION][0]
    for name in ("crl_configuration", "ocsp_configuration"):
        settings, live_settings = data.get(name) or {}, live_data[name][0]
        path, is_enabled = f"{place}.{_REVOCATION}.{name}", bool(settings.get("enabled"))
        if is_enabled and not live_settings["enabled"]:
            advice = "apply the stack: until then, clients do not learn of revocations"
            yield Difference(Kind.APPLIED, path, "on in the spec, off at AWS", advice, live.arn, is_urgent=True)
        elif live_settings["enabled"] and not is_enabled:
            advice = "write it into the spec, or the next apply switches it off"
            yield Difference(Kind.APPLIED, path, "off in the spec, on at AWS", advice, live.arn)
        elif is_enabled:
            for key in sorted(key for key in live_settings if key != "enabled"):
                value, live_value = settings.get(key), live_settings[key] or None
                if live_value != value:
                    message = f"{format_value(value)} in the spec, {format_value(live_value)} at AWS"
                    yield Difference(Kind.APPLIED, f"{path}.{key}", message, _APPLY, live.arn)


def _compare_tags(place: str, tags: Mapping[str, str], live: CaStatus) -> Iterator[Difference]:
    if TAGS in live.unread:
        return
    for name in sorted(tags.keys() | live.tags.keys()):
        value, live_value = tags.get(name), live.tags.get(name)
        if value != live_value:
            message = f"{format_value(value)} in the spec, {format_value(live_value)} at AWS"
            yield Difference(Kind.APPLIED, f"{place}.tags.{name}", message, _APPLY, live.arn)


def _spec_value(data: Any, path: str) -> Any:
    for part in path.split("."):
        data = (data or {}).get(part)
    return data


def _live_value(arguments: Any, path: str) -> Any:
    for part in path.split("."):
        inner = arguments[0] if isinstance(arguments, list) else arguments
        arguments = (inner or {}).get(part)
    return arguments or None


def format_value(value: Any) -> str:
    """Return a value as messages write it."""
    if value is None:
        return "nothing"
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else f"'{value}'"
