"""Where Terraform works: the stack's own provider, and others for CAs that live elsewhere."""

from typing import Annotated

from pydantic import Field

from pcaform.spec.types import REGION, USER_NAME, Model, RoleArn


class AssumeRole(Model):
    """The role that a provider takes on."""

    role_arn: RoleArn
    """The role."""
    external_id: Annotated[str | None, Field(min_length=2, max_length=1224)] = None
    """What the role's owner asks for."""
    session_name: Annotated[str | None, Field(pattern=USER_NAME, min_length=2, max_length=64)] = None
    """The session's name in logs."""


class Provider(Model):
    """Where a CA lives when it is not in the stack's own region and account."""

    region: Annotated[str, Field(pattern=REGION)]
    """The CA's region."""
    assume_role: AssumeRole | None = None
    """The role that is assumed there."""
