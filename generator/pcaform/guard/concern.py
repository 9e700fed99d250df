"""Which IAM policies are about private CAs at all: all others are somebody else's business.

AWS's own policies: https://docs.aws.amazon.com/privateca/latest/userguide/auth-AwsManagedPolicies.html, and the ones of
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html that allow every service.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from pcaform.access import actions
from pcaform.iam.patterns import is_action

_ACTIONS = (actions.ISSUE, *actions.ON_AUTHORITY, *actions.ON_NO_AUTHORITY, actions.REQUEST)
_OF_AWS = re.compile(
    r"arn:[\w-]+:iam::aws:policy/(?:AWSPrivateCA|AWSCertificateManager|AdministratorAccess$|PowerUserAccess$|"
    r"IAMFullAccess$)"
)
_READ_ONLY = re.compile(r"(?:ReadOnly|Auditor)$")


def is_about_authorities(text: Any) -> bool:
    """Tell whether a policy allows or denies anything on CAs; what cannot be read as a policy may."""
    if not isinstance(text, str):
        return False
    try:
        document = json.loads(text)
        patterns = list(_patterns(document))
    except (ValueError, TypeError, AttributeError, RecursionError):
        return True
    return any(pattern is None or any(is_action(name, pattern) for name in _ACTIONS) for pattern in patterns)


def is_about_authorities_by_name(arn: Any) -> bool:
    """Tell whether a policy of AWS's own lets somebody use, change or give away CAs."""
    return isinstance(arn, str) and _OF_AWS.match(arn) is not None and _READ_ONLY.search(arn) is None


def _patterns(document: Any) -> Iterator[str | None]:
    """Yield the patterns of actions; None for NotAction, which means nearly all."""
    listed = document.get("Statement")
    for statement in listed if isinstance(listed, list) else [listed]:
        if "NotAction" in statement:
            yield None
        found = statement.get("Action", [])
        yield from found if isinstance(found, list) else [found]
