"""What happens to the principals: who may take a role, who a CA's own policy lets in, and users and roles that go."""

from collections.abc import Iterator, Sequence

from pcaform.guard.findings import doubt, finding, is_destroyed, is_replaced
from pcaform.guard.grantees import Grantee, denied, grantees, leavers, newcomers
from pcaform.guard.hazards.attached import boundary, managed_policies
from pcaform.guard.hazards.policies import policy
from pcaform.guard.judgement import Finding, Remark
from pcaform.guard.reading import Change
from pcaform.guard.world import World
from pcaform.iam.documents import PolicyError

_TRUST, _SHARE = "assume_role_policy", "policy"
_GONE = "see that nothing issues as this principal any more; what it issued stays valid"


def user(change: Change, world: World) -> Iterator[Remark]:
    """Judge a user: one that goes takes its access keys along."""
    yield from boundary(change, world)
    if is_destroyed(change) and world.is_holder(change):
        done = "another one takes its place, without its access keys" if is_replaced(change) else "its keys go with it"
        message = f"user {change.before.get('name')} is destroyed: {done}"
        yield finding(change, "principal-destroyed", message, advice=_GONE)


def role(change: Change, world: World) -> Iterator[Remark]:
    """Judge a role: its trust, the policies inside it, and that it is there."""
    yield from policy(change, world)
    yield from managed_policies(change, world)
    yield from boundary(change, world)
    if not world.is_holder(change):
        opened = _trusted(change) if world.may_hold(change) else ()
        yield from (each for each in opened if isinstance(each, Finding) and each.rule == "role-trusts-anybody")
        return
    if is_destroyed(change):
        done = "another one takes its place" if is_replaced(change) else "nobody can take it any more"
        message = f"role {change.before.get('name')} is destroyed: {done}"
        yield finding(change, "principal-destroyed", message, advice=_GONE)
    if not change.after:
        return
    if change.unknown.get(_TRUST):
        message = "whom the role will trust is known only after the apply: give the guard the spec with '--spec SPEC'"
        yield doubt(change, "role-trusts-anybody", message)
    else:
        yield from _trusted(change)


def _trusted(change: Change) -> Iterator[Remark]:
    before, after = change.before.get(_TRUST) or "", change.after.get(_TRUST) or ""
    try:
        old = grantees(before, "trust policy of before") if before else ()
        new = newcomers(old, grantees(after, "trust policy") if after else ())
        was_denied = denied(before) - denied(after) if before and after else frozenset()
    except PolicyError as error:
        yield doubt(change, "role-trusts-anybody", f"the trust policy cannot be judged: {error}")
        return
    if any(each.is_anybody for each in new):
        message = f"anybody may take the role: {_listed([each for each in new if each.is_anybody])}"
        advice = "name accounts or principals, or for tokens the repositories or service accounts in ':sub'"
        yield finding(change, "role-trusts-anybody", message, advice=advice)
    elif new and before:
        message = f"more may take the role: {_listed(new, old)}"
        advice = "trust only who issues"
        yield finding(change, "trust-extended", message, advice=advice)
    elif was_denied:
        message = "a statement that kept principals out of the role is gone"
        yield finding(change, "trust-extended", message, advice="keep the denial")


def share(change: Change, world: World) -> Iterator[Remark]:
    """Judge a CA's own policy: whom it lets in beyond the account, and whom no longer."""
    arn = str(change.before.get("resource_arn") or change.after.get("resource_arn"))
    if arn in world.destroyed:
        return
    if change.unknown.get(_SHARE):
        yield _unknown_share(change)
        return
    try:
        before = grantees(change.before[_SHARE], change.address) if change.before.get(_SHARE) else ()
        after = grantees(change.after[_SHARE], change.address) if change.after.get(_SHARE) else ()
    except PolicyError as error:
        yield doubt(change, "share-open", f"the CA's policy cannot be judged: {error}")
        return
    if {"create", "update", "delete"} & set(change.actions):
        yield from _shared(change, before, after)


def _unknown_share(change: Change) -> Remark:
    """Return what may be said of a policy whose text is not known; AWS takes no new one that lets everybody in."""
    message = "whom the CA's policy lets in is known only after the apply: give the guard the spec with '--spec SPEC'"
    if change.before:
        return doubt(change, "share-narrowed", message)
    return finding(change, "share-extended", message, advice="have it reviewed as a grant")


def _shared(change: Change, before: Sequence[Grantee], after: Sequence[Grantee]) -> Iterator[Remark]:
    new, gone = newcomers(tuple(before), tuple(after)), leavers(tuple(before), tuple(after))
    if any(each.is_anybody for each in new):
        message = f"the CA's policy lets everybody in: {_listed([each for each in new if each.is_anybody])}"
        advice = "name accounts, or an organization"
        yield finding(change, "share-open", message, advice=advice)
    elif new:
        message = f"more may issue from the CA: {_listed(new, before)}"
        advice = "share only with who asked for it"
        yield finding(change, "share-extended", message, advice=advice)
    if gone:
        message = f"they may not use the CA any more, and ACM renews nothing for them: {_listed(gone, after)}"
        advice = "keep them until every certificate that they have from this CA has ended"
        yield finding(change, "share-narrowed", message, advice=advice)


def _listed(found: Sequence[Grantee], others: Sequence[Grantee] = ()) -> str:
    """Name them; the conditions are told where they are what differs, or say who it may be."""
    known = {each.name for each in others}
    told = [str(each) if each.name in known or each.is_anybody or not each.is_named else each.name for each in found]
    return "; ".join(dict.fromkeys(told))
