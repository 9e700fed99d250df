"""What two specs tell and no plan shows: a protection that is lifted, a stack that moves, a CA that lives elsewhere."""

from collections.abc import Iterator

from pcaform.checks.guard.findings import finding
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.spec_diff.moves import track_moves
from pcaform.checks.guard.verdict import Note, Outcome
from pcaform.spec.cas import CertificateAuthority
from pcaform.spec.stack import Spec
from pcaform.terraform import module_names
from pcaform.terraform.resource_types import AUTHORITY, CERTIFICATE, INSTALLATION, MANAGED

_TERMS = ("parent", "path_length", "validity", "api_passthrough")


def stack_moved(before: Spec, after: Spec) -> Outcome | None:
    """Return the finding on a stack that changes its place, or nothing."""
    old, new = (before.aws.account_id, before.aws.region), (after.aws.account_id, after.aws.region)
    if old == new:
        return None
    change = _change(
        "provider.aws", "aws", {"account_id": old[0], "region": old[1]}, dict(zip(_PLACE, new, strict=True))
    )
    message = (
        f"the stack was in account {old[0]}, {old[1]}, where its CAs are: elsewhere Terraform makes all of them anew"
    )
    names = [name for name, one, other in zip(_PLACE, old, new, strict=True) if one != other]
    return finding(change, "stack-moved", message, advice="another place is another stack", arguments=names)


_PLACE = ("account_id", "region")


def spec_only_checks(before: Spec, after: Spec) -> Iterator[Outcome]:
    """Yield what changes about each CA, certificate and bucket that stays, beyond its resources."""
    back = track_moves(before, after).back
    for key, new in after.managed.items():
        call = module_names.ca(key)
        old = before.managed.get(back.get(call, call).removeprefix("ca_"))
        if old is not None:
            yield from _other_arn(f"module.{call}.{AUTHORITY}.this", AUTHORITY, old.arn, new.arn)
            yield from _promises(key, old, new)
    for key, certificate in after.certificates.items():
        if key in before.certificates:
            address = f"module.{module_names.certificate(key)}.{MANAGED}.this"
            yield from _other_arn(address, MANAGED, before.certificates[key].arn, certificate.arn)
    yield from _emptied(before, after)


def _emptied(before: Spec, after: Spec) -> Iterator[Outcome]:
    """Find buckets whose lists would be deleted with them from now on."""
    for key, bucket in after.crl_buckets.items():
        if bucket.force_destroy and key in before.crl_buckets and not before.crl_buckets[key].force_destroy:
            address = f"module.{module_names.crl_bucket(key)}.aws_s3_bucket.this"
            change = _change(address, "aws_s3_bucket", {"force_destroy": False}, {"force_destroy": True})
            message = "were the bucket destroyed, the revocation lists in it would go with it"
            advice = "set it only for a bucket that is to be destroyed next"
            yield finding(change, "protection-lifted", message, advice=advice, arguments=["force_destroy"])


def _other_arn(address: str, kind: str, old: str | None, new: str | None) -> Iterator[Outcome]:
    """Find an entry that stands for another thing: no plan shows it, since what is in the state is imported no more."""
    if old is not None and new is not None and old != new:
        message = "the entry stands for another one now, and Terraform keeps the one that is in its state"
        advice = "leave 'arn' as it is, and give the other one a key of its own"
        change = _change(address, kind, {"arn": old}, {"arn": new})
        yield finding(change, "arn-changed", message, advice=advice, arguments=["arn"])


def _promises(key: str, old: CertificateAuthority, new: CertificateAuthority) -> Iterator[Outcome]:
    address = f"module.{module_names.ca(key)}.{AUTHORITY}.this"
    if old.deletion_protection and not new.deletion_protection:
        change = _change(address, AUTHORITY, {"deletion_protection": True}, {"deletion_protection": False})
        message = "Terraform may destroy the CA with any later plan, on purpose or not"
        advice = "lift it only for a CA that is to be destroyed next"
        yield finding(change, "protection-lifted", message, advice=advice, arguments=["deletion_protection"])
    if old.provider != new.provider:
        dumped = [each.provider.model_dump(exclude_none=True) if each.provider else None for each in (old, new)]
        change = _change(address, AUTHORITY, {"provider": dumped[0]}, {"provider": dumped[1]})
        message = "a CA never moves: where it is looked for now there is none, so Terraform makes another one"
        advice = "leave 'provider' as it is, or give the new CA a key of its own"
        yield finding(change, "ca-made-again", message, advice=advice, arguments=["provider"])
    if old.activation is None and new.activation is None:
        yield from _generations(key, old, new)


def _generations(key: str, old: CertificateAuthority, new: CertificateAuthority) -> Iterator[Outcome]:
    if new.generation < old.generation:
        address = f"module.{module_names.ca(key)}.{INSTALLATION}.this[0]"
        change = _change(address, INSTALLATION, {"generation": old.generation}, {"generation": new.generation})
        message = f"generation {new.generation} is installed over generation {old.generation}, which is newer"
        advice = f"leave 'generation: {old.generation}', or go on to {old.generation + 1}"
        yield finding(change, "certificate-rolled-back", message, advice=advice, arguments=["generation"])
    terms = [name for name in _TERMS if getattr(old, name) != getattr(new, name)]
    if new.generation == old.generation and terms and (new.renamed_from is None or terms != ["parent"]):
        address = f"module.{module_names.ca_certificate(key, new.generation)}.{CERTIFICATE}.this"
        message = (
            f"{', '.join(terms)} of a certificate that is issued already: Terraform ignores it, and pcaform renders it "
            f"only with 'generation: {new.generation + 1}', which issues another"
        )
        yield Note(address, message)


def _change(address: str, kind: str, before: dict[str, object], after: dict[str, object]) -> Change:
    return Change(address, kind, ("update",), before, after, {}, "", (), "")
