"""What happens to CAs' own certificates: one that leaves by a destroy is revoked, an older one may be put back."""

from collections.abc import Iterator
from typing import Any

from pcaform.checks.guard.certificate_dates import UnreadableError, certificate, identity, is_rollback
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.findings import address_of, finding, is_destroyed, is_replaced, undecided
from pcaform.checks.guard.plan_json import Change
from pcaform.checks.guard.rules.cas import FORGET
from pcaform.checks.guard.verdict import Note, Outcome

_ARN = "certificate_authority_arn"
_NOTHING = "the provider calls nothing at AWS"
_REPLACED = f"replaced to install a new certificate: {_NOTHING} for the destroy in it"
_OUT_OF_SIGHT = (
    "whether the CA has a certificate already cannot be seen: it is not in the state, and no data source reads it"
)


def issued_certificate(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge a certificate: one that leaves Terraform by a destroy is revoked, and none may take its place."""
    affected = context.carrying(change.before.get("certificate"))
    if is_replaced(change):
        gone = _revocation(change) if is_destroyed(change) else "the certificate leaves the state and stays valid"
        advice = "undo the change; to renew, add a further generation, which leaves this certificate valid"
        message = f"{gone}; another one is issued in its place"
        yield finding(change, "certificate-replaced", message, advice=advice, affected=affected)
    elif is_destroyed(change):
        advice = f"keep it, or let go of it without revoking it: {FORGET}, which is also how an old generation retires"
        yield finding(change, "certificate-destroyed", _revocation(change), advice=advice, affected=affected)


def installation(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Judge an installation: its destroy does nothing at AWS, but what it installs may be older, or unasked for."""
    if is_replaced(change) and not _is_installed_elsewhere(change):
        yield _installed_anew(change, context)
    elif "create" in change.actions:
        yield from _installed_over(change, context)
    elif is_destroyed(change):
        yield Note(address_of(change), f"destroyed in Terraform only: {_NOTHING}, and the CA keeps its certificate")


def _installed_anew(change: Change, context: PlanContext) -> Outcome:
    """Compare the certificate that is live (Terraform has just read it) with the one that takes its place."""
    if change.unknown.get("certificate"):
        return _issued_anew(change, context)
    try:
        live, planned = certificate(change.before.get("certificate")), certificate(change.after.get("certificate"))
    except UnreadableError:
        message = "the plan does not hold both the live certificate and the one to be installed"
        return undecided(change, "certificate-rolled-back", message)
    if not is_rollback(live, planned):
        return Note(address_of(change), f"replaced to install {planned} over {live}: {_NOTHING} for the destroy in it")
    message = (
        f"the CA has {live} installed and gets {planned} in its place, which is not newer: it was renewed outside "
        "Terraform, or a generation is taken back"
    )
    advice = "keep the live certificate: 'activation: external' for a CA renewed elsewhere, else a further generation"
    return finding(change, "certificate-rolled-back", message, advice=advice)


def _issued_anew(change: Change, context: PlanContext) -> Outcome:
    """Tell the next generation of a certificate that the stack issued from one that only takes its CA's away."""
    live = change.before.get("certificate")
    if not live:
        return undecided(change, "certificate-reissued", "the plan does not hold the live certificate")
    if not context.has_issued(live):
        what = f"has a certificate that no 'aws_acmpca_certificate' in the state holds ({_named(live)})"
        advice = (
            "keep what was signed elsewhere, with 'activation'; import a certificate that fell out of the state; where "
            "this stack is to issue from now on, waive this"
        )
        return _reissued(change, context, live, what, advice)
    if not context.issues:
        return undecided(change, "certificate-reissued", "what certificate is installed is known only after the apply")
    return Note(address_of(change), _REPLACED)


def _installed_over(change: Change, context: PlanContext) -> Iterator[Outcome]:
    """Find a CA that is live already and gets a certificate from a stack that installed none there before."""
    arn = str(change.after.get(_ARN))
    live = context.installed.get(arn)
    if not (context.is_for_created_ca(change) if change.unknown.get(_ARN) else context.is_known(arn)):
        yield undecided(change, "certificate-reissued", _OUT_OF_SIGHT)
    elif live is not None and identity(live) != identity(change.after.get("certificate")):
        advice = (
            "leave the live certificate: 'activation: external', or import the installation before anything is issued"
        )
        yield _reissued(change, context, live, f"has a certificate already ({_named(live)})", advice)
    elif is_replaced(change):
        yield Note(address_of(change), _REPLACED)


def _reissued(change: Change, context: PlanContext, live: Any, what: str, advice: str) -> Outcome:
    message = f"{context.name(str(change.after.get(_ARN)))} {what}, and another one is installed over it"
    return finding(change, "certificate-reissued", message, advice=advice, affected=context.carrying(live))


def _named(pem: Any) -> str:
    try:
        return str(certificate(pem))
    except UnreadableError:
        return "one that cannot be read"


def _is_installed_elsewhere(change: Change) -> bool:
    return bool(change.unknown.get(_ARN)) or change.before.get(_ARN) != change.after.get(_ARN)


def _revocation(change: Change) -> str:
    """Return what becomes of a certificate at AWS; the provider passes over AWS's refusal to revoke a root."""
    try:
        found = certificate(change.before.get("certificate"))
    except UnreadableError:
        return "AWS revokes the certificate: whoever checks revocation refuses it and all that was issued below it"
    if found.is_self_issued:
        return f"AWS revokes no self-signed certificate, but Terraform loses {found}, which the CA may have installed"
    return f"AWS revokes {found}: whoever checks revocation refuses it and all that was issued below it"
