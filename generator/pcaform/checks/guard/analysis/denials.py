"""Denials that come and go: in policies of principals, and in those of the organization that apply to all of them.

What issuing needs is the opposite of what hands rights on: a denial of anything else protects. Sources:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html,
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html and orgs_manage_policies_rcps.
"""

import re
from collections.abc import Iterator
from functools import lru_cache, partial
from itertools import product

from pcaform.checks.guard.analysis.bucket_policies import READ
from pcaform.checks.guard.analysis.policy_steps import pair_change
from pcaform.checks.guard.analysis.revocation import CRL, block, served
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.grantees import denials
from pcaform.checks.guard.policy_holders import texts
from pcaform.core.facts import CRL_WRITER_ACTIONS, crl_key
from pcaform.iam.actions import ISSUE, REQUEST
from pcaform.iam.documents import PolicyError
from pcaform.iam.evaluator.conditions import Condition
from pcaform.iam.rights import denies_rights, statements_of
from pcaform.terraform.plan_json import Change

_CONTROL_POLICY, _CONTROL_ATTACHMENT = "aws_organizations_policy", "aws_organizations_policy_attachment"
SCP_TYPES = (_CONTROL_POLICY, _CONTROL_ATTACHMENT)
_CONTROLS = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
_OPEN = ("p-FullAWSAccess", "p-RCPFullAWSAccess")
_OF_CAS = (ISSUE, *(f"acm-pca:{name}" for name in ("GetCertificate", "DescribeCertificateAuthority")))
_OF_ACM = (REQUEST, *(f"acm:{name}Certificate" for name in ("Describe", "Export", "Get")))
_OF_ROLES = tuple(f"sts:AssumeRole{by}" for by in ("", "WithSAML", "WithWebIdentity"))
_REGION = "aws:requestedregion"
Texts = tuple[str, ...]
Need = tuple[str, str]
"""An action on a resource."""
_ALL = '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}'
_NO_CONTROL = ("", "", "")
_DENIES, _MAY = "denies", "denies, or may deny,"


def denials_lost(change: Change, context: PlanContext) -> Iterator[str]:
    """Yield in words what no longer denies anything on CAs to principals that keep rights over them."""
    holders = context.holders
    removed = texts(change.before).values() if not change.after and change.type not in SCP_TYPES else ()
    owners = holders.owners(change)
    if any(map(denies_rights, removed)) and holders.keeps_rights(owners):
        yield f"{', '.join(sorted(owners))} loses its Deny statements"
    for who, what in pair_change(change, context).lost:
        is_denying = any(map(denies_rights, holders.texts_of(what)))
        if is_denying and what not in context.destroyed_policies and holders.keeps_rights([who]):
            yield f"{who} loses the Deny statements of {what}"


def control_policy_lost(change: Change, context: PlanContext) -> str | None:
    """Return in words which denial on CAs goes with a policy of the organization, empty if none; None if unknown."""
    _, before, after = _control(change, context)
    if before is None or (denies_rights(before) and after is None):
        return None
    try:
        is_kept = not denies_rights(before) or (after and denials(before) <= denials(after))
    except PolicyError:
        return None
    return "" if is_kept else "the policy of the organization denies less, or no longer applies"


def denials_gained(change: Change, context: PlanContext) -> Iterator[str]:
    """Yield in words what newly denies, or may deny, what issuing needs."""
    if change.type in SCP_TYPES:
        kind, old, new = _control(change, context)
        verb = _MAY if new is None else _step((old or "",), (new,), context, kind)
        if verb and old is not None and any(places for _, places in _needs(context, kind)):
            yield f"the policy of the organization newly {verb} what issuing from the CAs, or reading CRLs, needs"
        return
    holders, groups = context.holders, context.holders.rights.holders
    own = (tuple(texts(change.before).values()), tuple(texts(change.after).values()))
    found = [(who, *own) for who in sorted(holders.owners(change)) if change.after]
    found += [(who, (), holders.texts_of(what)) for who, what in pair_change(change, context).gained]
    for who, before, after in found:
        users = (label for label, each in groups.items() if who in each.acts_as and label.startswith("user "))
        if _step(before, after, context, "") == _DENIES and any(map(holders.holds, (who, *users))):
            yield f"a policy newly denies {who} what issuing needs"


@lru_cache(maxsize=1)
def _control(change: Change, context: PlanContext) -> tuple[str, str | None, str | None]:
    """Return the type of a policy of the organization, and its text as it applies before and after; None if unknown."""
    values = change.after or change.before
    if change.type == _CONTROL_POLICY:
        kind = values.get("type", _CONTROLS[0])
        before, after = (str(each.get("content") or "") for each in (change.before, change.after))
        return (kind, before, None if change.unknown.get("content") else after) if kind in _CONTROLS else _NO_CONTROL
    accounts = {arn.split(":")[4] for arn in (*context.authorities, *context.read)}
    is_made = not values.get("policy_id") and any(each.is_created for each in context.changes_of(_CONTROL_POLICY))
    if is_made or (str(values.get("target_id")).isdigit() and accounts and values["target_id"] not in accounts):
        return _NO_CONTROL
    read = (each for each in context.plan.read if each.type == _CONTROL_POLICY)
    known = {each.values.get("id"): each.values for each in (*context.of(_CONTROL_POLICY), *read)}
    found = known.get(values.get("policy_id"), {"content": _ALL if values.get("policy_id") in _OPEN else None})
    kind, text = found.get("type", _CONTROLS[0]), found["content"]
    return (kind, "", text) if change.after else (kind, text, "")


def _step(before: Texts, after: Texts, context: PlanContext, kind: str) -> str:
    """Return how policies newly deny what is needed, as a verb, empty if they do not; without a kind, those of IAM."""
    about = partial(_about, context=context, kind=kind)
    try:
        old, new = (about(each, is_allow=False) for each in (before, after))
        was, will = ({need for need, _ in about(each, is_allow=True)} if kind else set() for each in (before, after))
    except PolicyError:
        return _MAY
    gained = [conditions for need, conditions in new - old if (need, frozenset()) not in old]
    return _DENIES if not all(gained) else _MAY if gained or was - will else ""


@lru_cache(maxsize=64)
def _about(
    policies: Texts, context: PlanContext, *, is_allow: bool, kind: str
) -> frozenset[tuple[Need, frozenset[Condition]]]:
    """Return the needs that policies allow or deny, and on which conditions; raises PolicyError."""
    found, read = set[tuple[Need, frozenset[Condition]]](), [statements_of(text) for text in policies if text]
    if None in read:
        raise PolicyError
    for each in (statement for statements in read for statement in statements or ()):
        asked = {one for one in each.conditions if one.key == _REGION}
        others = frozenset(each.conditions) - asked
        is_elsewhere = asked and not any(
            all(one.is_met({_REGION: name}) for one in asked) for name in _regions(context)
        )
        if each.is_allow == is_allow and not is_elsewhere and (kind or not others):
            for actions, places in _needs(context, kind):
                needs = product(filter(each.matches_action, actions), places)
                found |= {(need, others) for need in needs if each.is_about(*need)}
    return frozenset(found)


@lru_cache(maxsize=1)
def _regions(context: PlanContext) -> frozenset[tuple[str]]:
    return frozenset((arn.split(":")[3],) for arn in (*context.authorities, *context.read))


@lru_cache(maxsize=4)
def _needs(context: PlanContext, kind: str) -> tuple[tuple[Texts, Texts], ...]:
    """Return what a kind of policy may deny to issuers, or to those who use CRLs: actions, each on all of some places.

    Places are of the partition `aws`, as statements are compared.
    """
    rights = context.holders.rights
    arns = tuple(re.sub("^arn:[^:]*:", "arn:aws:", arn) for arn in (*context.authorities, *context.read))
    arns = arns or (("arn:aws:acm-pca:-:-:certificate-authority/-",) if rights.labels else ())
    prefixes = dict.fromkeys(arn.partition("certificate-")[0].replace(":acm-pca:", ":acm:") for arn in arns)
    roles = (
        _OF_ROLES,
        tuple(f"arn:aws:iam::{each.account}:{each.part}" for each in rights.targets if each.kind == "role"),
    )
    if kind == _CONTROLS[1]:
        found = ((name, block(ca.values, CRL)) for name, cas in served(context).buckets.items() for ca in cas)
        keys = ((name, crl_key(crl.get("custom_path"), "-")) for name, crl in found)
        crls = tuple(dict.fromkeys(f"arn:aws:s3:::{name}/{key}" for name, key in keys))
        return roles, ((READ, *CRL_WRITER_ACTIONS), crls)
    own = ((_OF_CAS, arns), (_OF_ACM, tuple(f"{each}certificate/-" for each in prefixes)))
    return (*own, roles) if kind else own
