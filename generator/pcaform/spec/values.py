"""The scalar types of the spec: what a key, a name, an account id and the like may look like."""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

KEY = r"^[a-z][a-z0-9_-]*$"
STACK = r"^[a-z0-9][a-z0-9._-]*$"
ACCOUNT_ID = r"^[0-9]{12}$"
REGION = r"^[a-z]{2,4}(-[a-z]+)+-[0-9]+$"
USER_NAME = r"^[A-Za-z0-9+=,.@_-]+$"
PATH = r"^/([\x21-\x7e]+/)?$"
COUNTRY = r"^[A-Za-z]{2}$"
BUCKET = r"^[-a-zA-Z0-9._/]+$"
TEMPLATE = (
    r"^(Blank)?(CodeSigning|EndEntity|EndEntityClientAuth|EndEntityServerAuth|OCSPSigning|RootCA|SubordinateCA)"
    r"Certificate(_PathLen[0-3])?(_CriticalBasicConstraints)?(_(CSR|API|APICSR)Passthrough)?/V1$"
)
CNAME = r"^[-a-zA-Z0-9;?:@&=+$,%_.!~*()']*$"

WORDS = {
    KEY: "lower-case letters, digits, '-' and '_', a letter first",
    STACK: "lower-case letters, digits, '.', '-' and '_', a letter or digit first",
    ACCOUNT_ID: "12 digits",
    REGION: "a region such as eu-west-1",
    USER_NAME: "letters, digits and any of '+=,.@_-'",
    PATH: "'/' or a path that starts and ends with '/'",
    COUNTRY: "two letters",
    BUCKET: "a bucket name",
    TEMPLATE: "a template such as EndEntityCertificate/V1",
    CNAME: "a host name without a protocol",
}
"""Each pattern in words, for messages."""

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A YAML list, kept as a tuple so that a spec never changes."""


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Key = Annotated[str, Field(pattern=KEY, max_length=64)]
AccountId = Annotated[str, BeforeValidator(_as_text), Field(pattern=ACCOUNT_ID)]
"""Text; an unquoted number is taken too, since the reader keeps leading zeros as text."""
Tags = dict[Annotated[str, Field(min_length=1, max_length=128)], Annotated[str, Field(max_length=256)]]


class Model(BaseModel):
    """What every part of the spec is: frozen, no unknown keys, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Ignore(Model):
    """One rule that a person has decided to break at this item, and why."""

    rule: str
    reason: Annotated[str, Field(min_length=3)]
