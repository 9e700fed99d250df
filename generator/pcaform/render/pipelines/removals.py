"""The entries of `removed` that destroy something -> the actions that this needs, on that one resource only."""

import re
from collections.abc import Iterator

from pcaform.render.pipelines import required_actions
from pcaform.render.pipelines.required_actions import RequiredActions
from pcaform.render.pipelines.resources import PipelineResource
from pcaform.spec.sections import Destroy
from pcaform.spec.stack import Spec

_ARN = re.compile(r"(?P<account>arn:[^:]+:iam::[0-9]*):(?P<kind>user|role)(?P<path>/(?:.*/)?)(?P<name>[^/]+)")


def removed_resources(spec: Spec) -> Iterator[PipelineResource]:
    """Yield each resource to destroy, by the ARN that the spec names."""
    for number, (name, removal) in enumerate(spec.removed.items(), start=1):
        if isinstance(removal, Destroy):
            section, _ = spec.removed_item(name)
            yield from _resources(section, removal.destroy, f"Remove{number}")


def _resources(section: str, arn: str, name: str) -> Iterator[PipelineResource]:
    if section == "certificate_authorities":
        yield PipelineResource(name, RequiredActions((), (), _DELETE_CA), (arn,))
        # Its certificate is revoked by the CA that signed it, which is a CA of the same account and region.
        yield PipelineResource(
            f"{name}Certificate",
            RequiredActions((), (), required_actions.SIGNER.delete),
            (f"{arn.rpartition('/')[0]}/*",),
        )
    elif section == "certificates":
        yield PipelineResource(name, required_actions.CERTIFICATE, (arn,))
    elif section == "crl_buckets":
        yield PipelineResource(name, required_actions.BUCKET, (arn,))
    elif match := _ARN.fullmatch(arn):
        yield from _principal(match, arn, name)


_DELETE_CA = (
    *required_actions.AUTHORITY.delete,
    *required_actions.PERMISSION.delete,
    *required_actions.SHARE.delete,
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:UpdateCertificateAuthority",
)
"""A CA must be disabled before it can be deleted."""


def _principal(match: re.Match[str], arn: str, name: str) -> Iterator[PipelineResource]:
    """Yield a user or role, and the policies that have its name; a policy with another name is unknown here."""
    kind = match["kind"].capitalize()
    principal = required_actions.USER if kind == "User" else required_actions.ROLE
    policy = f"{match['account']}:policy{match['path']}{match['name']}-private-ca*"
    _, attach = required_actions.ATTACH[kind]
    yield PipelineResource(name, RequiredActions((), (), (*principal.read, *principal.delete, *attach.delete)), (arn,))
    yield PipelineResource(
        f"{name}Policies",
        RequiredActions(
            (), (), (*required_actions.POLICY.read, *required_actions.POLICY.delete, "iam:ListPolicyVersions")
        ),
        (policy,),
    )
