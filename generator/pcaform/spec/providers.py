"""Provider configurations in the spec, for CAs in another region or behind another role."""

from typing import Annotated

from pydantic import Field

from pcaform.spec.types import REGION, USER_NAME, Model, RoleArn


class AssumeRole(Model):
    """The role that a provider assumes."""

    role_arn: RoleArn
    """The ARN of the role."""
    external_id: Annotated[str | None, Field(min_length=2, max_length=1224)] = None
    """The external ID that the role's trust policy requires."""
    session_name: Annotated[str | None, Field(pattern=USER_NAME, min_length=2, max_length=64)] = None
    """The session's name in logs."""


class Provider(Model):
    """Region and role of a CA that is not in the stack's own region and account."""

    region: Annotated[str, Field(pattern=REGION)]
    """The CA's region."""
    assume_role: AssumeRole | None = None
    """The role to assume."""
