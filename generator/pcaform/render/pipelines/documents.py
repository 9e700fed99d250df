"""Policy documents for the pipelines of a stack: to plan it, to apply it, to delete what is in it, and an SCP.

The apply policy only allows deletions that the spec declares: no CA, permission, policy, certificate or principal may
be deleted unless the spec's own `removed` names it, and then only that one.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from pcaform.core import facts
from pcaform.render.pipelines import required_actions
from pcaform.render.pipelines.backends import backend_statements
from pcaform.render.pipelines.removals import removed_resources
from pcaform.render.pipelines.required_actions import RequiredActions
from pcaform.render.pipelines.resources import PipelineResource, assumed_roles, pipeline_resources
from pcaform.spec.stack import Spec

Statement = dict[str, Any]


def plan(spec: Spec) -> Statement:
    """Return the policy for `terraform plan`: read everything, and hold the state's lock."""
    reading = (_statement(resource, resource.actions.read) for resource in pipeline_resources(spec))
    return _document([*reading, *_assume_roles(spec), *backend_statements(spec, is_writing=False)])


def apply(spec: Spec) -> Statement:
    """Return the policy for `terraform apply`: also create and change, and delete what `removed` destroys."""
    writing = (
        _statement(resource, (*resource.actions.read, *resource.actions.write)) for resource in pipeline_resources(spec)
    )
    deleting = (_statement(resource, resource.actions.delete) for resource in removed_resources(spec))
    return _document([*writing, *deleting, *_assume_roles(spec), *backend_statements(spec, is_writing=True)])


def break_glass(spec: Spec) -> Statement:
    """Return the policy that allows deleting resources of this stack, for a separate role that is rarely used."""
    return _document(_statement(resource, resource.actions.delete) for resource in pipeline_resources(spec))


def scp(spec: Spec, *, exempt: Iterable[str] = ()) -> Statement:
    """Return a service control policy that denies these deletions to all principals except those exempt by ARN."""
    principals = list(exempt)
    exemption = {"ArnNotLike": {"aws:PrincipalArn": principals}} if principals else {}
    statements = []
    for resource in pipeline_resources(spec):
        statement = _statement(resource, resource.actions.delete)
        condition = {**resource.condition, **exemption}
        if statement is not None:
            statements.append({**statement, "Effect": "Deny", **({"Condition": condition} if condition else {})})
    return _document(statements)


def _assume_roles(spec: Spec) -> Iterator[Statement | None]:
    roles = assumed_roles(spec)
    if roles:
        yield _statement(
            PipelineResource("AssumeRoles", RequiredActions((required_actions.ASSUME_ROLE,)), roles),
            (required_actions.ASSUME_ROLE,),
        )


def _statement(resource: PipelineResource, actions: tuple[str, ...]) -> Statement | None:
    """Return the statement that allows actions on a resource; None if there are no actions."""
    if not actions:
        return None
    statement: Statement = {
        "Sid": resource.name,
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": list(resource.arns),
    }
    return {**statement, "Condition": resource.condition} if resource.condition else statement


def _document(statements: Iterable[Statement | None]) -> Statement:
    return {"Version": "2012-10-17", "Statement": [each for each in statements if each is not None]}


LIMITS = {
    "plan": facts.POLICY_LIMIT,
    "apply": facts.POLICY_LIMIT,
    "break-glass": facts.POLICY_LIMIT,
    "scp": facts.SCP_LIMIT,
}
"""The maximum number of characters of each kind of document, in IAM and in Organizations."""
