"""What a spec's `removed` destroys -> what applying that needs, on this one thing only."""

import re
from collections.abc import Iterator

from pcaform.render.pipelines import required_actions
from pcaform.render.pipelines.required_actions import RequiredActions
from pcaform.render.pipelines.resources import PipelineResource
from pcaform.spec.sections import Destroy
from pcaform.spec.stack import Spec

_ARN = re.compile(r"(?P<account>arn:[^:]+:iam::[0-9]*):(?P<kind>user|role)(?P<path>/(?:.*/)?)(?P<name>[^/]+)")


def removals(spec: Spec) -> Iterator[PipelineResource]:
    """Yield what is to be ended, by the ARN that the spec types out."""
    for number, (name, removal) in enumerate(spec.removed.items(), start=1):
        if isinstance(removal, Destroy):
            section, _ = spec.removed_item(name)
            yield from _things(section, removal.destroy, f"Remove{number}")


def _things(section: str, arn: str, name: str) -> Iterator[PipelineResource]:
    if section == "certificate_authorities":
        yield PipelineResource(name, RequiredActions((), (), _ENDS_OF_CA), (arn,))
        # Its certificate is revoked at the CA that signed it, which is some CA of the same account and region.
        yield PipelineResource(
            f"{name}Certificate",
            RequiredActions((), (), required_actions.SIGNER.ends),
            (f"{arn.rpartition('/')[0]}/*",),
        )
    elif section == "certificates":
        yield PipelineResource(name, required_actions.CERTIFICATE, (arn,))
    elif section == "crl_buckets":
        yield PipelineResource(name, required_actions.BUCKET, (arn,))
    elif found := _ARN.fullmatch(arn):
        yield from _principal(found, arn, name)


_ENDS_OF_CA = (
    *required_actions.AUTHORITY.ends,
    *required_actions.PERMISSION.ends,
    *required_actions.SHARE.ends,
    "acm-pca:DescribeCertificateAuthority",
    "acm-pca:UpdateCertificateAuthority",
)
"""Deleting a CA begins with disabling it."""


def _principal(found: re.Match[str], arn: str, name: str) -> Iterator[PipelineResource]:
    """Yield a user or role with the policies that carry its name; a policy with a name of its own is not known here."""
    kind = found["kind"].capitalize()
    principal = required_actions.USER if kind == "User" else required_actions.ROLE
    policy = f"{found['account']}:policy{found['path']}{found['name']}-private-ca*"
    _, attaching = required_actions.ATTACH[kind]
    yield PipelineResource(name, RequiredActions((), (), (*principal.looks, *principal.ends, *attaching.ends)), (arn,))
    yield PipelineResource(
        f"{name}Policies",
        RequiredActions(
            (), (), (*required_actions.POLICY.looks, *required_actions.POLICY.ends, "iam:ListPolicyVersions")
        ),
        (policy,),
    )
