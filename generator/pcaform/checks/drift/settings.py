"""The settings of a CA, in a spec and at AWS -> what differs: field by field, along the table of all fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.checks.drift.difference import Difference, Kind
from pcaform.sources.account_snapshot import TAGS, CaStatus
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.fields import CA, FIELDS, FieldFact
from pcaform.terraform.force_new import forces_replacement

_SECTION = "certificate_authorities.*."
_REVOCATION = "revocation_configuration"
_ELSEWHERE = ("tags", "enabled")
"""Compared by functions of their own."""

_UNCHANGEABLE = ("usage_mode",)
"""[API] UpdateCertificateAuthority takes a status and the revocation settings, and nothing else."""

_REPLACED = "write what AWS has into the spec: a CA that is made anew has a key that nobody trusts"


def compare_settings(
    key: str, wanted: CertificateAuthority, found: CaStatus, defaults: Mapping[str, str]
) -> Iterator[Difference]:
    """Yield what of a CA's settings is otherwise at AWS; `defaults` are the tags of the provider."""
    data = wanted.model_dump(mode="json")
    place = f"certificate_authorities.{key}"
    for field in _compared():
        name = field.path.removeprefix(_SECTION)
        if name.startswith(_REVOCATION):
            continue
        spec, live = _spec_value(data, name), _live_value(found.arguments, field.argument or "")
        if spec != live and not (spec is None and name == "key_storage_security_standard"):
            yield _differs(f"{place}.{name}", field, spec, live, arn=found.arn)
    yield from _revocation(place, data.get(_REVOCATION) or {}, found)
    yield from _tags(place, {**defaults, **wanted.tags}, found)
    for said in found.unsupported_settings:
        yield Difference(Kind.INEXPRESSIBLE, place, said, "nothing: a spec cannot say it either", found.arn)


def _compared() -> Iterator[FieldFact]:
    for field in FIELDS:
        is_here = field.path.startswith(_SECTION) and field.resource == CA and "live" in field.carried
        if is_here and field.argument and field.path.removeprefix(_SECTION) not in _ELSEWHERE:
            yield field


def _differs(place: str, field: FieldFact, spec: Any, live: Any, *, arn: str) -> Difference:
    message = f"{format_value(spec)} in the spec, {format_value(live)} at AWS"
    if field.argument is not None and forces_replacement(CA, field.argument):
        return Difference(Kind.REPLACES, place, message, _REPLACED, arn)
    if field.path.removeprefix(_SECTION) in _UNCHANGEABLE:
        advice = "write what AWS has into the spec: AWS never changes it, and every plan would show it"
        return Difference(Kind.STAYS, place, message, advice, arn)
    return Difference(Kind.APPLIED, place, message, "apply the stack, or write what AWS has into the spec", arn)


def _revocation(place: str, data: Mapping[str, Any], found: CaStatus) -> Iterator[Difference]:
    live = found.arguments[_REVOCATION][0]
    for name, off in (("crl_configuration", "no revocation list is written"), ("ocsp_configuration", "OCSP is off")):
        spec, has = data.get(name) or {}, live[name][0]
        where, is_wanted = f"{place}.{_REVOCATION}.{name}", bool(spec.get("enabled"))
        if is_wanted and not has["enabled"]:
            advice = "apply the stack: until then nobody learns which certificates were revoked"
            yield Difference(Kind.APPLIED, where, f"on in the spec, at AWS {off}", advice, found.arn, is_urgent=True)
        elif has["enabled"] and not is_wanted:
            advice = "write it into the spec, or the next apply switches it off"
            yield Difference(Kind.APPLIED, where, "off in the spec, on at AWS", advice, found.arn)
        elif is_wanted:
            for each in sorted(name for name in has if name != "enabled"):
                if (has[each] or None) != spec.get(each):
                    message = f"{format_value(spec.get(each))} in the spec, {format_value(has[each] or None)} at AWS"
                    advice = "apply the stack, or write what AWS has into the spec"
                    yield Difference(Kind.APPLIED, f"{where}.{each}", message, advice, found.arn)


def _tags(place: str, wanted: Mapping[str, str], found: CaStatus) -> Iterator[Difference]:
    if TAGS in found.unread:
        return
    for name in sorted(wanted.keys() | found.tags.keys()):
        spec, live = wanted.get(name), found.tags.get(name)
        if spec != live:
            message = f"{format_value(spec)} in the spec, {format_value(live)} at AWS"
            advice = "apply the stack, or write what AWS has into the spec"
            yield Difference(Kind.APPLIED, f"{place}.tags.{name}", message, advice, found.arn)


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
