"""What AWS says of one place: who asks, which CAs there are, and which permissions they have.

Rates and pages are boto3's business; a refusal is told by its code, and never taken for absent.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pcaform.problems import Failure

_ATTEMPTS = 10
_SESSION = "pcaform-adopt"


class Account:
    """One account and region, seen with the caller's credentials, or with those of a role that the caller takes on."""

    def __init__(self, region: str, role: Mapping[str, str]) -> None:
        self.region = region
        with _told("the credentials"):
            self._session = _session(region, role)

    def identity(self) -> str:
        """Return the account id of whoever asks."""
        with _told("GetCallerIdentity"):
            return str(self._client("sts").get_caller_identity()["Account"])

    def authorities(self) -> dict[str, str]:
        """Return ARN -> status of each CA that the account owns here."""
        with _told("ListCertificateAuthorities"):
            pages = self._client("acm-pca").get_paginator("list_certificate_authorities").paginate()
            return {each["Arn"]: each["Status"] for page in pages for each in page["CertificateAuthorities"]}

    def permissions(self, arn: str) -> list[Mapping[str, Any]]:
        """Return the permissions of a CA, as ListPermissions shows them."""
        with _told(f"ListPermissions of {arn}"):
            pages = self._client("acm-pca").get_paginator("list_permissions").paginate(CertificateAuthorityArn=arn)
            return [each for page in pages for each in page["Permissions"]]

    def withdraw(self, arn: str, principal: str, *, source_account: str) -> None:
        """Delete a permission: from then on ACM renews nothing from this CA."""
        more = {"SourceAccount": source_account} if source_account else {}
        with _told(f"DeletePermission of {arn}"):
            self._client("acm-pca").delete_permission(CertificateAuthorityArn=arn, Principal=principal, **more)

    def _client(self, service: str) -> Any:
        from botocore.config import Config

        config = Config(retries={"mode": "adaptive", "max_attempts": _ATTEMPTS})
        return self._session.client(service, region_name=self.region, config=config)


def _session(region: str, role: Mapping[str, str]) -> Any:
    import boto3

    session = boto3.Session(region_name=region)
    if not role:
        return session
    wanted = {"RoleArn": role["role_arn"], "RoleSessionName": role.get("session_name", _SESSION)}
    if "external_id" in role:
        wanted["ExternalId"] = role["external_id"]
    given = session.client("sts").assume_role(**wanted)["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=region,
    )


@contextmanager
def _told(asked: str) -> Iterator[None]:
    """Tell what AWS refused, or that it could not be asked."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise Failure(f"{asked}: AWS refuses with {code}") from None
    except BotoCoreError as error:
        raise Failure(f"{asked}: AWS was not reached ({type(error).__name__})") from None
