"""moto's S3 with the setting MFA delete of a bucket's versioning, which moto drops, and open to those who sign.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response
from moto.s3.urls import url_bases, url_paths

_get_permission = FakeBucket.get_permission
_MFA_DELETE = re.compile(rb"<MfaDelete>(Enabled|Disabled)</MfaDelete>")


class BucketResponse(S3Response):
    """S3's operations."""

    def _bucket_response_put(self, request: Any, bucket_name: str, querystring: dict[str, Any]) -> Any:
        answer = super()._bucket_response_put(request, bucket_name, querystring)
        setting = _MFA_DELETE.search(self.body) if "versioning" in querystring else None
        if setting:
            self.backend.get_bucket(bucket_name).mfa_delete = setting[1].decode()
        return answer

    def get_bucket_versioning(self) -> Any:
        """Return the status, and MFA delete if it was ever set."""
        bucket = self.backend.get_bucket(self.bucket_name)
        self.data["Action"] = "GetBucketVersioning"
        mfa_delete = vars(bucket).get("mfa_delete")
        return self.serialized(ActionResult({"Status": bucket.versioning_status, "MFADelete": mfa_delete}))


def permit(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
    """Return what a policy permits without its denials: moto takes each for one without conditions."""
    found = _get_permission(bucket, action, resource)
    return PermissionResult.NEUTRAL if found is PermissionResult.DENIED else found


class BucketBackend(S3Backend):
    """The backend that a server instantiates."""

    @property
    def _url_module(self) -> SimpleNamespace:
        """Return moto's URLs with the response class; moto would look for a module `urls` next to this one."""
        paths = {path: getattr(BucketResponse, handler.__name__) for path, handler in url_paths.items()}
        return SimpleNamespace(url_bases=url_bases, url_paths=paths)
