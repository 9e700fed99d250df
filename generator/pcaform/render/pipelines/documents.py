"""What a pipeline may do with a stack -> policy documents: to plan it, to apply it, to end what is in it, and an SCP.

Applying ends nothing that was not asked for: no CA, permission, policy, certificate or principal is deleted unless the
spec's own `removed` says so, and then only this one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pcaform.core import facts
from pcaform.render.pipelines import required_actions
from pcaform.render.pipelines.backends import backend
from pcaform.render.pipelines.removals import removals
from pcaform.render.pipelines.required_actions import RequiredActions
from pcaform.render.pipelines.resources import PipelineResource, pipeline_resources, roles_elsewhere
from pcaform.spec.stack import Spec

Statement = dict[str, Any]


def plan(spec: Spec) -> Statement:
    """Return what planning needs: to look, and to hold the state's lock meanwhile."""
    looking = (_statement(thing, thing.needs.looks) for thing in pipeline_resources(spec))
    return _document([*looking, *_assuming(spec), *backend(spec, is_writing=False)])


def apply(spec: Spec) -> Statement:
    """Return what applying needs besides: to make and to change, and to end what `removed` destroys."""
    making = (_statement(thing, (*thing.needs.looks, *thing.needs.makes)) for thing in pipeline_resources(spec))
    ending = (_statement(thing, thing.needs.ends) for thing in removals(spec))
    return _document([*making, *ending, *_assuming(spec), *backend(spec, is_writing=True)])


def break_glass(spec: Spec) -> Statement:
    """Return what ends things of this stack: for a role of its own that nobody holds from day to day."""
    return _document(_statement(thing, thing.needs.ends) for thing in pipeline_resources(spec))


def scp(spec: Spec, *, exempt: Iterable[str] = ()) -> Statement:
    """Return a service control policy that denies the same to everybody in the account but to principals by ARN."""
    principals = list(exempt)
    but = {"ArnNotLike": {"aws:PrincipalArn": principals}} if principals else {}
    statements = []
    for thing in pipeline_resources(spec):
        denied = _statement(thing, thing.needs.ends)
        condition = {**thing.condition, **but}
        if denied is not None:
            statements.append({**denied, "Effect": "Deny", **({"Condition": condition} if condition else {})})
    return _document(statements)


def _assuming(spec: Spec) -> Iterator[Statement | None]:
    roles = roles_elsewhere(spec)
    if roles:
        yield _statement(
            PipelineResource("AssumeRoles", RequiredActions((required_actions.ASSUME,)), roles),
            (required_actions.ASSUME,),
        )


def _statement(thing: PipelineResource, actions: tuple[str, ...]) -> Statement | None:
    """Return the statement that allows actions on things; None where there are no actions."""
    if not actions:
        return None
    statement: Statement = {
        "Sid": thing.name,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": list(thing.arns),
    }
    return {**statement, "Condition": thing.condition} if thing.condition else statement


def _document(statements: Iterable[Statement | None]) -> Statement:
    return {"Version": "2012-10-17", "Statement": [each for each in statements if each is not None]}


LIMITS = {
    "plan": facts.POLICY_LIMIT,
    "apply": facts.POLICY_LIMIT,
    "break-glass": facts.POLICY_LIMIT,
    "scp": facts.SCP_LIMIT,
}
"""How many characters IAM and Organizations take, by what the document is."""
