"""The whole spec: one stack, one state."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pcaform.spec.authorities import CertificateAuthority
from pcaform.spec.issuers import Issuer
from pcaform.spec.values import REGION, STACK, USER_NAME, AccountId, Key, Model, Tags


class AssumeRole(Model):
    """The role that the provider takes on."""

    role_arn: Annotated[str, Field(pattern=r"^arn:", max_length=2048)]
    external_id: Annotated[str | None, Field(min_length=2, max_length=1224)] = None
    session_name: Annotated[str | None, Field(pattern=USER_NAME, min_length=2, max_length=64)] = None


class Aws(Model):
    """Where the stack lives; `account_id` is rendered as the only allowed account."""

    region: Annotated[str, Field(pattern=REGION)]
    account_id: AccountId
    assume_role: AssumeRole | None = None
    default_tags: Tags = Field(default_factory=dict)


class Terraform(Model):
    """Settings of Terraform itself. `backend` is one backend's name with its arguments, passed through."""

    backend: Annotated[dict[Key, dict[str, Any]] | None, Field(min_length=1, max_length=1)] = None


class Spec(Model):
    """One stack of private CAs and issuers, with `certificate_authority_defaults` already merged in."""

    version: Literal[1]
    stack: Annotated[str, Field(pattern=STACK, max_length=64)]
    aws: Aws
    terraform: Terraform = Terraform()
    certificate_authorities: dict[Key, CertificateAuthority] = Field(default_factory=dict)
    issuers: dict[Key, Issuer] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _name_users(self) -> Self:
        """Name an issuer's user like its key where the spec names none."""
        for key, issuer in self.issuers.items():
            if issuer.user_name is None:
                object.__setattr__(issuer, "user_name", key)
        return self
