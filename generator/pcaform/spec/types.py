"""The types that all parts of the spec share: patterns and limits of keys, names and ARNs, and provider settings."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from pcaform.core import facts

KEY = r"^[a-z][a-z0-9_-]*$"
STACK = r"^[a-z0-9][a-z0-9._-]*(/[a-z0-9][a-z0-9._-]*)*$"
ACCOUNT_ID = r"^[0-9]{12}$"
REGION = r"^[a-z]{2,4}(-[a-z]+)+-[0-9]+$"
USER_NAME = r"^[A-Za-z0-9+=,.@_-]+$"
PATH = r"^/([\x21-\x7e]+/)?$"
COUNTRY = r"^[A-Za-z]{2}$"
PRINTABLE = r"^[a-zA-Z0-9'()+-.?:/= ]*$"
BUCKET = r"^[-a-zA-Z0-9._/]+$"
CNAME = r"^[-a-zA-Z0-9;/?:@&=+$,%_.!~*()']*$"
CRL_PATH = r"^(/|[-a-zA-Z0-9;?:@&=+$,%_.!~*()']+(/[-a-zA-Z0-9;?:@&=+$,%_.!~*()']+)*)$"
CA_ARN = f"^{facts.CA_ARN}$"
ACM_ARN = r"^arn:aws(-[a-z]+)*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[A-Za-z0-9-]+$"
ROLE_ARN = r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/[!-~]+$"
POLICY_ARN = r"^arn:aws(-[a-z]+)*:iam::([0-9]{12}|aws):policy/[!-~]+$"
PRINCIPAL_ARN = r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(role|user)/[!-)+-~]+$"
OIDC_ARN = r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:oidc-provider/[A-Za-z0-9./_-]+$"
ANCHOR_ARN = r"^arn:aws(-[a-z]+)*:rolesanywhere:[a-z0-9-]+:[0-9]{12}:trust-anchor/[a-f0-9-]+$"
SERVICE = rf"^[a-z0-9.-]+\.({facts.DNS_SUFFIX})$"
DISTRIBUTION = r"^arn:aws(-[a-z]+)*:cloudfront::[0-9]{12}:distribution/[A-Z0-9]+$"
ARN = r"^arn:aws(-[a-z]+)*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12})?:[!-~]+$"
REMOVED_ITEM = r"^((administrators|auditors|issuers|certificates|crl_buckets)\.)?[a-z][a-z0-9_-]*$"
_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
REMOVED = rf"{REMOVED_ITEM}|^((module\.{_NAME}\.)*{_NAME}\.{_NAME})$"
ORGANIZATION = r"^o-[a-z0-9]{10,32}$"
IAM_TEXT = r"^[\t\n\r\x20-\x7e\xa1-\xff]+$"
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DURATION = r"^([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+$"
EARLY_RENEWAL = rf"^(P([0-9]+Y([0-9]+M)?([0-9]+D)?|[0-9]+M([0-9]+D)?|[0-9]+D)|{DURATION[1:-1]})$"
OID = r"^[0-2]\.([0-9]|[0-3][0-9])(\.[0-9]+){0,126}$"
EXTERNAL_ID = r"^[A-Za-z0-9_+=,.@:/-]*$"
HOST_NAME = r"^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$"
RELATIVE_FILE = r"^[^/\\].*$"
_LEVELS = r"(/[A-Za-z0-9_.-]+)*"
PARAMETER = (
    rf"^{_LEVELS}(/\{{stack\}}{_LEVELS}/\{{certificate_authority\}}"
    rf"|/\{{certificate_authority\}}{_LEVELS}/\{{stack\}}){_LEVELS}$"
)
FILE_PATH = r"^[A-Za-z0-9_.+=,@~-]+(/[A-Za-z0-9_.+=,@~-]+)*$"
TEMPLATE = (
    r"^(Blank)?(CodeSigning|EndEntity|EndEntityClientAuth|EndEntityServerAuth|OCSPSigning|RootCA|SubordinateCA)"
    r"Certificate(_PathLen[0-3])?(_CriticalBasicConstraints)?(_(CSR|API|APICSR)Passthrough)?/V1$"
)

PATTERN_DESCRIPTIONS = {
    KEY: "lower-case letters, digits, '-' and '_', starting with a letter",
    STACK: "lower-case letters, digits, '.', '-' and '_', starting with a letter or digit; '/' between directories",
    ACCOUNT_ID: "12 digits",
    REGION: "a region such as eu-west-1",
    USER_NAME: "letters, digits and any of '+=,.@_-'",
    PATH: "'/' or a path that starts and ends with '/'",
    COUNTRY: "two letters",
    PRINTABLE: "letters, digits, spaces and any of '()+,-.?:/=",
    BUCKET: "a bucket name",
    CNAME: "a host name without a protocol",
    CRL_PATH: "a path of names separated by '/'",
    CA_ARN: "the ARN of a private CA, arn:aws:acm-pca:REGION:ACCOUNT:certificate-authority/UUID",
    ACM_ARN: "the ARN of a certificate of ACM, arn:aws:acm:REGION:ACCOUNT:certificate/ID",
    ROLE_ARN: "the ARN of a role, arn:aws:iam::ACCOUNT:role/NAME",
    POLICY_ARN: "the ARN of a policy, arn:aws:iam::ACCOUNT:policy/NAME",
    PRINCIPAL_ARN: "the ARN of a user or role, arn:aws:iam::ACCOUNT:role/NAME, without '*'",
    OIDC_ARN: "the ARN of an identity provider, arn:aws:iam::ACCOUNT:oidc-provider/HOST",
    ANCHOR_ARN: "the ARN of a trust anchor, arn:aws:rolesanywhere:REGION:ACCOUNT:trust-anchor/ID",
    SERVICE: "an AWS service such as ec2.amazonaws.com",
    DISTRIBUTION: "the ARN of a CloudFront distribution, arn:aws:cloudfront::ACCOUNT:distribution/ID",
    ARN: "the ARN of the item to destroy, such as the CA's",
    REMOVED: (
        "the key of a CA, SECTION.KEY of issuers, administrators, auditors, certificates, crl_buckets, or an address "
        "without instance keys"
    ),
    ORGANIZATION: "an organization's id, o- with 10 to 32 letters and digits",
    IAM_TEXT: "letters, digits, spaces and signs of Latin-1",
    DAY: "a day such as 2027-01-31",
    DURATION: "a duration such as 5m",
    EARLY_RENEWAL: "years, months and days such as P90D or P1Y2M, or hours such as 2160h",
    OID: "an object identifier such as 1.3.6.1.4.1.37244.1.3",
    EXTERNAL_ID: "letters, digits and any of '_+=,.@:/-'",
    HOST_NAME: "a host name in lower case of two labels or more, such as www.corp.example, '*' only as the first label",
    RELATIVE_FILE: "the name of a file relative to this one, such as ../pcaform.lock.json",
    PARAMETER: (
        "a name such as /pcaform/{stack}/{certificate_authority}, with both of these once as levels, and other levels "
        "of letters, digits and '_.-'"
    ),
    FILE_PATH: "the path of a file in the stack, such as cloud.tf or own/main.tf, without '*'",
    TEMPLATE: "a template such as EndEntityCertificate/V1",
}
"""Each pattern described for messages."""

EXAMPLES = {
    KEY: "issuing",
    STACK: "corp-pki",
    ACCOUNT_ID: "123456789012",
    REGION: "eu-west-1",
    USER_NAME: "ci-signer",
    PATH: "/pki/",
    COUNTRY: "DE",
    BUCKET: "corp-crl",
    CNAME: "crl.corp.example",
    CA_ARN: "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555",
    ROLE_ARN: "arn:aws:iam::123456789012:role/pki",
    POLICY_ARN: "arn:aws:iam::123456789012:policy/boundary",
    PRINCIPAL_ARN: "arn:aws:iam::123456789012:role/deployer",
    OIDC_ARN: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
    ANCHOR_ARN: "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555",
    SERVICE: "ec2.amazonaws.com",
    DISTRIBUTION: "arn:aws:cloudfront::123456789012:distribution/E2EXAMPLE",
    DURATION: "5m",
    EARLY_RENEWAL: "P90D",
    OID: "1.3.6.1.4.1.37244.1.3",
    HOST_NAME: "www.corp.example",
    FILE_PATH: "cloud.tf",
    PARAMETER: "/pcaform/{stack}/{certificate_authority}",
    TEMPLATE: "EndEntityCertificate/V1",
}
"""An example of each pattern, for editors."""

T = TypeVar("T")
Many = Annotated[tuple[T, ...], Field(strict=False)]
"""A YAML sequence, stored as a tuple so that a spec is immutable."""
_Text = Annotated[str, Field(min_length=1, max_length=1024)]
_Texts = Annotated[Many[_Text] | None, Field(min_length=1)]


def _integer_to_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _check_host_name(value: Any) -> Any:
    """Suggest the host name that was meant; raises for what AWS's pattern of a name takes, but is an IP address."""
    if not isinstance(value, str) or (re.fullmatch(HOST_NAME, value) and not _IP_ADDRESS.fullmatch(value)):
        return value
    nearest = value.strip().lower().partition("://")[2] or value.strip().lower()
    nearest = nearest.partition("/")[0].rstrip(".")
    try:
        nearest = nearest.encode("idna").decode()
    except UnicodeError:
        return value
    allowed = PATTERN_DESCRIPTIONS[HOST_NAME]
    if _IP_ADDRESS.fullmatch(nearest):
        raise PydanticCustomError("wanted", "{allowed}, no IP address", {"allowed": allowed})
    if re.fullmatch(HOST_NAME, nearest) and nearest != value:
        context = {"allowed": allowed, "nearest": nearest}
        raise PydanticCustomError("wanted", "{allowed} (did you mean '{nearest}'?)", context)
    return value


_IP_ADDRESS = re.compile(r"[0-9.]+")
HostName = Annotated[str, Field(pattern=HOST_NAME, max_length=253), BeforeValidator(_check_host_name)]
"""A name of a certificate of ACM, which answers in lower case: with a capital, each apply would replace it.

DomainNameString in ACM's service model.
"""
CommonName = Annotated[str, Field(pattern=HOST_NAME, max_length=64), BeforeValidator(_check_host_name)]
"""The same as a common name."""
Key = Annotated[str, Field(pattern=KEY, max_length=64)]
AccountId = Annotated[
    str,
    BeforeValidator(_integer_to_text),
    Field(pattern=ACCOUNT_ID),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": ACCOUNT_ID},
                {"type": "integer", "minimum": 10**11, "maximum": 10**12 - 1},
            ]
        }
    ),
]
"""Text; an unquoted number is accepted too, since the reader returns numbers with leading zeros as text."""
UserName = Annotated[str, Field(pattern=USER_NAME, max_length=64)]
PolicyName = Annotated[str, Field(pattern=USER_NAME, max_length=128)]
Path = Annotated[str, Field(pattern=PATH, max_length=512)]
CaArn = Annotated[str, Field(pattern=CA_ARN)]
RoleArn = Annotated[str, Field(pattern=ROLE_ARN, max_length=2048)]
PolicyArn = Annotated[str, Field(pattern=POLICY_ARN, max_length=2048)]
Cname = Annotated[str, Field(pattern=CNAME, max_length=253)]
Tags = dict[Annotated[str, Field(min_length=1, max_length=128)], Annotated[str, Field(max_length=256)]]


_TAG = "\x00{}"
_TAGS: set[str] = set()


def tag_of(kind: str) -> str:
    """Return the tag of a union's member, in a form that cannot be a key of a spec."""
    return _TAG.format(kind)


def member(kind: str) -> Tag:
    """Mark a type as the member of a union that `tag_of(kind)` selects."""
    _TAGS.add(tag_of(kind))
    return Tag(tag_of(kind))


def is_tag(step: str | int) -> bool:
    """Tell whether a step of a path is the tag of a union's member."""
    return step in _TAGS


def strip_tags(loc: Sequence[str | int]) -> tuple[str | int, ...]:
    """Return a path as it is in the file, without the tags of unions that pydantic adds."""
    return tuple(step for step in loc if not is_tag(step))


class Model(BaseModel):
    """The base of every part of the spec: frozen, no unknown keys, no silent conversions."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Ignore(Model):
    """One rule that is intentionally not followed at this item, and the reason."""

    rule: Annotated[str, Field(min_length=1)]
    """The rule's id, which is at the end of each message."""
    reason: Annotated[str, Field(min_length=3)]
    """Why the rule does not apply here."""


class AssumeRole(Model):
    """The role that a provider assumes."""

    role_arn: RoleArn
    """The ARN of the role."""
    external_id: Annotated[str | None, Field(pattern=EXTERNAL_ID, min_length=2, max_length=1224)] = None
    """The external ID that the role's trust policy requires."""
    session_name: Annotated[str | None, Field(pattern=USER_NAME, min_length=2, max_length=64)] = None
    """The session's name in logs."""


class Provider(Model):
    """Region and role of a CA that is not in the stack's own region and account."""

    region: Annotated[str, Field(pattern=REGION)]
    """The CA's region."""
    assume_role: AssumeRole | None = None
    """The role to assume."""


class Subtrees(Model):
    """Names by their form; a name is in a subtree as RFC 5280, 4.2.1.10 says."""

    dns_names: _Texts = None
    """Domains: corp.example is the name and what is below, .corp.example only what is below."""
    directory_names: _Texts = None
    """Subjects that start with this, as in RFC 4514: O=Corp,C=DE."""
    ip_ranges: _Texts = None
    """Ranges of addresses, such as 10.0.0.0/8."""
    email_addresses: _Texts = None
    """A mailbox, a host, or with a leading dot what is below a domain."""
    uris: _Texts = None
    """The host of an address, or with a leading dot what is below a domain."""


class NameConstraints(Model):
    """For which names a CA and those below it may issue; a form that is not named is not constrained."""

    permitted: Subtrees | None = None
    """Only these names."""
    excluded: Subtrees | None = None
    """Never these names, even if they are permitted."""

    def texts(self) -> dict[str, dict[str, list[str]]]:
        """Return the texts by kind and form, without what is not there, as a certificate gives them back."""
        return self.model_dump(mode="json", exclude_none=True)
