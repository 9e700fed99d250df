"""What happens to who may use CAs: policies that allow more, come or go, and where they are attached."""

from collections.abc import Iterator, Mapping
from typing import Any

from pcaform.guard.concern import is_about_authorities, is_about_authorities_by_name
from pcaform.guard.findings import doubt, finding, is_created, is_destroyed, is_replaced
from pcaform.guard.judgement import Remark
from pcaform.guard.newborn import without
from pcaform.guard.reading import Change
from pcaform.guard.widening import Widening, mean_the_same, widening
from pcaform.guard.world import POLICIES, World
from pcaform.iam.documents import PolicyError

_SPEC = "give the guard the spec with '--spec SPEC', which says it"
_REVIEW = "have it reviewed as a grant; 'pcaform access SPEC' shows all that everybody may do"
_NARROW = "narrow the policy to what was asked for; 'pcaform access SPEC' shows all that everybody may do"


def policy(change: Change, world: World) -> Iterator[Remark]:
    """Judge a policy by its text, before and after."""
    before, after = _texts(change.before), _texts(change.after)
    if before:
        after = without(after, world.created)
    yield from _judged(change, before, after, is_unknown=_is_unknown(change.unknown))


def attachment(change: Change, world: World) -> Iterator[Remark]:
    """Judge where a policy is attached; one that comes or goes itself is told there."""
    is_coming = is_created(change) or is_replaced(change)
    arn = (change.after if is_coming else change.before).get("policy_arn")
    if not _is_concerned(arn, world):
        return
    if is_coming and change.before.get("policy_arn") != arn:
        message = f"{_holder(change.after)} gets {arn}"
        yield finding(change, "access-granted", message, advice=_REVIEW, arguments=["policy_arn"])
    elif is_destroyed(change) and not is_coming and not _is_destroyed_too(arn, world):
        message = f"{_holder(change.before)} loses {arn}, and issues nothing by it any more"
        yield finding(change, "access-removed", message, advice="see that nobody issues by it any more")


def _judged(
    change: Change, before: Mapping[str, str], after: Mapping[str, str], *, is_unknown: bool
) -> Iterator[Remark]:
    """Compare two states of a policy: its texts by name, none where there is none."""
    is_concerned = any(map(is_about_authorities, (*before.values(), *after.values())))
    if is_unknown:
        yield from _unknown(change, before)
    elif not is_concerned or mean_the_same(before.values(), after.values()):
        return
    elif not after:
        advice = "see that nobody issues by it any more"
        yield finding(change, "access-removed", "its principals issue nothing by it any more", advice=advice)
    else:
        yield from _compared(change, before, after)


def _unknown(change: Change, before: Mapping[str, str]) -> Iterator[Remark]:
    if before:
        if any(map(is_about_authorities, before.values())):
            message = f"what the policy will allow is known only after the apply: {_SPEC}"
            yield doubt(change, "ca-template", message)
    elif change.type in POLICIES:
        message = f"what the new policy allows is known only after the apply: {_SPEC}"
        yield finding(change, "access-granted", message, advice=_REVIEW)


def _compared(change: Change, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Remark]:
    try:
        found = widening(before, after)
    except PolicyError as error:
        yield doubt(change, "ca-template", f"the policy cannot be judged: {error}")
        return
    if found.gained:
        yield _widened(change, found, is_new=not before)
    elif before:
        message = "the policy changes, and of all requests that were tried none is newly allowed"
        yield finding(change, "policy-changed", message, advice="read the difference")


def _widened(change: Change, found: Widening, *, is_new: bool) -> Remark:
    if is_new:
        added = ", CA certificates among it" if found.has_ca_template else ""
        message = f"a new policy allows what no policy of this address did{added}"
        return finding(change, "access-granted", message, advice=_REVIEW, affected=found.lines())
    if found.has_ca_template:
        message = "its principals may now issue CA certificates: whoever trusts this CA trusts the CAs that they make"
        return finding(change, "ca-template", message, advice=_NARROW, affected=found.lines())
    if found.has_privileged_template:
        message = "its principals may now issue certificates whose purpose they choose themselves"
        return finding(change, "privileged-template", message, advice=_NARROW, affected=found.lines())
    message = f"{len(found.gained)} kinds of requests are newly allowed"
    return finding(change, "policy-widened", message, advice=_NARROW, affected=found.lines())


def _texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the policies in an object's arguments: its own, or those that stand inside a role."""
    found = {"policy": values.get("policy")}
    for number, inline in enumerate(values.get("inline_policy") or ()):
        found[f"inline_policy {number}"] = inline.get("policy") if isinstance(inline, Mapping) else None
    return {name: text for name, text in found.items() if isinstance(text, str) and text}


def _is_unknown(unknown: Mapping[str, Any]) -> bool:
    inline = unknown.get("inline_policy")
    listed = inline if isinstance(inline, list) else []
    return (
        unknown.get("policy") is True
        or inline is True
        or any(each is True or (isinstance(each, Mapping) and each.get("policy") is True) for each in listed)
    )


def _is_concerned(arn: Any, world: World) -> bool:
    return is_about_authorities_by_name(arn) or arn in world.policies_about_authorities


def _is_destroyed_too(arn: Any, world: World) -> bool:
    return any(is_destroyed(each) and each.before.get("arn") == arn for each in world.changes_of(*POLICIES))


def _holder(values: Mapping[str, Any]) -> str:
    for name in ("user", "role", "group", "users", "roles", "groups"):
        if values.get(name):
            return f"{name} {values[name]}"
    return "a principal"
