"""Changes between two specs that no resource shows: protection, ARNs, providers, generations."""

from collections.abc import Iterator
from typing import Any

from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.spec_diff import change_types
from pcaform.checks.guard.spec_diff.backend import backend_change
from pcaform.checks.guard.spec_diff.moves import track_moves
from pcaform.checks.guard.verdict import Note, note
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import ACM_CERTIFICATE, AUTHORITY, CERTIFICATE, INSTALLATION, S3_BUCKET
from pcaform.terraform.schema import certificate_terms


def account_change(before: Spec, after: Spec) -> Change | None:
    """Return the change of a stack's account or region, None if there is none."""
    old, new = ({"account_id": each.aws.account_id, "region": each.aws.region} for each in (before, after))
    return None if old == new else _change("provider.aws", change_types.ACCOUNT, old, new)


def stack_removal(before: Spec) -> Change:
    """Return the change of a stack whose spec is removed."""
    return Change(f"stack {before.stack}", change_types.STACK, ("delete",), {}, {}, {}, "", (), "")


def spec_changes(before: Spec, after: Spec) -> Iterator[Change]:
    """Yield the changes of the backend, and of each CA, certificate and bucket that is in both specs."""
    yield from backend_change(before, after)
    for key, old, new in _cas(before, after):
        call = module_names.ca(key)
        yield _change(module_names.resource(call, AUTHORITY), change_types.CA, _entry(old), _entry(new))
        if new.generation != old.generation and old.activation is None and new.activation is None:
            address = module_names.resource(call, INSTALLATION)
            olds, news = ({"generation": each.generation} for each in (old, new))
            yield _change(address, change_types.CA_CERTIFICATE, olds, news)
    for key, certificate in after.certificates.items():
        if key in before.certificates:
            address = module_names.resource(module_names.certificate(key), ACM_CERTIFICATE)
            arns = ({"arn": each.arn} for each in (before.certificates[key], certificate))
            yield _change(address, change_types.CERTIFICATE, *arns)
    for key, bucket in after.crl_buckets.items():
        if key in before.crl_buckets:
            address = module_names.resource(module_names.crl_bucket(key), S3_BUCKET)
            flags = ({"force_destroy": each.force_destroy} for each in (before.crl_buckets[key], bucket))
            yield _change(address, change_types.CRL_BUCKET, *flags)


def notes_on_terms(before: Spec, after: Spec) -> Iterator[Note]:
    """Note changed terms of an issued certificate without a new generation, which have no effect."""
    for key, old, new in _cas(before, after):
        terms = [name for name in certificate_terms() if getattr(old, name) != getattr(new, name)]
        is_same = new.generation == old.generation and old.activation is None and new.activation is None
        if is_same and terms and (new.renamed_from is None or terms != ["parent"]):
            address = module_names.resource(module_names.ca_certificate(key, new.generation), CERTIFICATE)
            message = (
                f"{', '.join(terms)} of a certificate that is already issued: Terraform ignores the change, and "
                f"pcaform renders it only with 'generation: {new.generation + 1}', which issues another"
            )
            yield note(address, message)


def _cas(before: Spec, after: Spec) -> Iterator[tuple[str, CertificateAuthority, CertificateAuthority]]:
    """Yield the CAs that are in both specs, with their new keys."""
    back = track_moves(before, after).back
    for key, new in after.managed.items():
        call = module_names.ca(key)
        old = before.managed.get(module_names.ca_key(back.get(call, call)))
        if old is not None:
            yield key, old, new


def _entry(ca: CertificateAuthority) -> dict[str, Any]:
    provider = ca.provider.model_dump(exclude_none=True) if ca.provider else None
    return {"arn": ca.arn, "deletion_protection": ca.deletion_protection, "provider": provider}


def _change(address: str, kind: str, before: dict[str, Any], after: dict[str, Any]) -> Change:
    return Change(address, kind, ("update",), before, after, {}, "", (), "")
