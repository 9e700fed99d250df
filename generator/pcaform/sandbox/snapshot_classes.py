"""The closed list of classes whose instances a sandbox's snapshot contains, and the check of a restored instance.

Instances of these classes are data: none can be called, and none runs code when it is created without its constructor.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from typing import Any, get_args, get_origin, get_type_hints

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from moto.acm import models as acm
from moto.acmpca.models import ACMPCABackend
from moto.cloudfront import models as cloudfront
from moto.iam import models as iam
from moto.kms import models as kms
from moto.kms import utils as kms_keys
from moto.s3 import models as s3
from moto.s3.utils import CaseInsensitiveDict, _VersionedKeyStore
from moto.sts import models as sts
from moto.utilities.tagging_service import TaggingService
from moto.utilities.utils import LowercaseDict

from pcaform.sandbox.acm.certificate import KeyMaterial, PrivateCertificate
from pcaform.sandbox.acm.renewal import Renewal
from pcaform.sandbox.http.public_names import OwnCertificate, SignedOrigin
from pcaform.sandbox.pca.ca import Issued, SandboxCa
from pcaform.sandbox.pca.permissions import Permission, Permissions

CLASSES: dict[str, type] = {
    kept.__name__: kept
    for kept in (
        *(Issued, KeyMaterial, Permission, Permissions, PrivateCertificate, Renewal, SandboxCa),
        *(acm.AccountConfiguration, acm.CertBundle, acm.TagHolder, TaggingService),
        *(cloudfront.ActiveTrustedKeyGroups, cloudfront.ActiveTrustedSigners, cloudfront.AllowedMethods),
        *(cloudfront.CacheBehaviour, cloudfront.CustomOriginConfig, cloudfront.DefaultCacheBehaviour),
        *(cloudfront.Distribution, cloudfront.DistributionConfig, cloudfront.ForwardedValues),
        *(cloudfront.GeoRestriction, cloudfront.Logging, SignedOrigin, cloudfront.OriginAccessControl),
        *(cloudfront.TrustedKeyGroups, cloudfront.TrustedSigners, OwnCertificate),
        *(iam.AccessKey, iam.AccessKeyLastUsed, iam.AccountPasswordPolicy, iam.AccountSummary, iam.AWSManagedPolicy),
        *(iam.Certificate, iam.Group, iam.InlinePolicy, iam.InstanceProfile, iam.MFADevice, iam.ManagedPolicy),
        *(iam.OpenIDConnectProvider, iam.PolicyVersion, iam.Role, iam.SAMLProvider, iam.SigningCertificate),
        *(iam.SshPublicKey, iam.User, iam.VirtualMfaDevice),
        *(kms.Alias, kms.Grant, kms.Key, kms_keys.ECDSAPrivateKey, kms_keys.RSAPrivateKey),
        *(s3.CorsRule, s3.FakeAcl, s3.FakeBucket, s3.FakeBucketInventoryConfiguration, s3.FakeDeleteMarker),
        *(s3.FakeGrant, s3.FakeGrantee, s3.FakeKey, s3.FakeMultipart, s3.FakeTableStorageBucket),
        *(s3.LifeCycleNoncurrentVersionTransition, s3.LifecycleAndFilter, s3.LifecycleFilter, s3.LifecycleRule),
        *(s3.LifecycleTransition, s3.MultipartDict, s3.Notification, s3.NotificationConfiguration),
        *(s3.PublicAccessBlock, CaseInsensitiveDict, LowercaseDict, _VersionedKeyStore),
        *(sts.AssumedRole, sts.Token),
    )
}
"""Name in a snapshot -> class. A name stays when its class moves; other names and attributes are another format."""


_Records = dict[str, Any]
_MOTO_FIELDS: dict[type, dict[str, Any]] = {
    ACMPCABackend: {
        "certificate_authorities": dict[str, SandboxCa],
        "tagger": TaggingService,
        "_answers": dict[Any, Any],
    },
    acm.AWSCertificateManagerBackend: {
        "_certificates": dict[str, PrivateCertificate | acm.CertBundle],
        "_idempotency_tokens": _Records,
        "_answers": _Records,
    },
    iam.IAMBackend: {
        "access_keys": dict[str, iam.AccessKey],
        "account_summary": iam.AccountSummary,
        "groups": dict[str, iam.Group],
        "instance_profiles": dict[str, iam.InstanceProfile],
        "managed_policies": dict[str, iam.ManagedPolicy],
        "open_id_providers": dict[str, iam.OpenIDConnectProvider],
        "roles": dict[str, iam.Role],
        "saml_providers": dict[str, iam.SAMLProvider],
        "tagger": TaggingService,
        "users": dict[str, iam.User],
    },
    kms.KmsBackend: {"keys": dict[str, kms.Key], "tagger": TaggingService},
    s3.S3Backend: {
        "buckets": dict[str, s3.FakeBucket],
        "table_buckets": dict[str, s3.FakeTableStorageBucket],
        "tagger": TaggingService,
        "_pagination_tokens": _Records,
    },
    sts.STSBackend: {"assumed_roles": list[sts.AssumedRole]},
    kms.Key: {
        "aliases": dict[str, kms.Alias],
        "grants": dict[str, kms.Grant],
        "key_material": bytes,
        "private_key": kms_keys.ECDSAPrivateKey | kms_keys.RSAPrivateKey | None,
    },
    kms_keys.ECDSAPrivateKey: {"private_key": EllipticCurvePrivateKey},
    kms_keys.RSAPrivateKey: {"private_key": RSAPrivateKey},
    iam.ManagedPolicy: {"versions": list[iam.PolicyVersion]},
    iam.User: {"access_keys": list[iam.AccessKey], "policies": _Records, "managed_policies": _Records},
    s3.FakeBucket: {
        "name": str,
        "keys": _VersionedKeyStore,
        "multiparts": s3.MultipartDict,
        "rules": list[s3.LifecycleRule],
    },
    s3.FakeKey: {"multipart": s3.FakeMultipart | None, "name": str, "_max_buffer_size": int},
    s3.FakeMultipart: {"parts": dict[int, s3.FakeKey], "partlist": list[int]},
    TaggingService: {"tags": dict[str, dict[str, str | None]], "tag_name": str, "key_name": str, "value_name": str},
}
"""The types of fields on which moto's own code depends, also when it stops; the other fields are what a request set."""
_ITEMS: dict[type, Any] = {
    _VersionedKeyStore: dict[str, list[s3.FakeKey | s3.FakeDeleteMarker]],
    s3.MultipartDict: dict[str, s3.FakeMultipart],
}


def has_fitting_items(instance: Any) -> bool:
    """Tell whether an instance that is a dictionary has items of the types that moto puts there, none of them empty."""
    hint = _ITEMS.get(type(instance))
    return hint is None or (fits(instance, hint) and all(dict.values(instance)))


def fits(value: Any, hint: Any) -> bool:
    """Tell whether a value has a declared type, the items of a list or dictionary too."""
    return _create_check(hint)(value)


def find_unfit_field(kept: type, fields: dict[str, Any]) -> str | None:
    """Return the first field that an instance cannot have: it hides a part of the class, is absent, or of another type.

    Only the sandbox's own classes declare the types of all their fields.
    """
    for name in fields:
        if not _is_field(kept, name):
            return name
    for name, check in _create_checks(kept):
        if name not in fields or not check(fields[name]):
            return name
    return None


@functools.lru_cache(maxsize=4096)
def _is_field(kept: type, name: str) -> bool:
    """Tell whether a name is a variable of the instance, not a method or property of its class."""
    found = inspect.getattr_static(kept, name, None)
    return isinstance(found, functools.cached_property) or not hasattr(found, "__get__")


@functools.cache
def _create_checks(kept: type) -> list[tuple[str, Callable[[Any], bool]]]:
    """Return the check of each field whose type is known."""
    hints = {name: hint for base in kept.__mro__ for name, hint in _MOTO_FIELDS.get(base, {}).items()}
    if kept in CLASSES.values() and kept.__module__.startswith("pcaform."):
        hints |= get_type_hints(kept)
    return [(name, _create_check(hint)) for name, hint in hints.items()]


@functools.cache
def _create_check(hint: Any) -> Callable[[Any], bool]:
    """Return a check of one type: a class, a union, or a list, tuple or dictionary of one type of items."""
    origin = get_origin(hint)
    checks = [_create_check(argument) for argument in get_args(hint) if argument is not ...]
    if hint is Any:
        return lambda _: True
    if origin is None or (origin is types.UnionType and not any(map(get_origin, get_args(hint)))):
        return lambda value: isinstance(value, hint)
    if origin is types.UnionType:
        return lambda value: any(check(value) for check in checks)
    if origin is dict:
        check_key, check_item = checks
        return lambda value: (
            isinstance(value, dict)
            and all(map(check_key, dict.keys(value)))
            and all(map(check_item, dict.values(value)))
        )
    return lambda value: isinstance(value, origin) and all(map(checks[0], value))
