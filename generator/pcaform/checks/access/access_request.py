"""One request in words, and the words: what is asked, on what, how, and under which circumstances."""

from dataclasses import dataclass, field

from pcaform.iam.evaluator.patterns import Context

DIRECT, THROUGH_ACM, UNKNOWN = "direct", "through ACM", "by a way unsaid"
"""How a call comes to Private CA: by the principal itself, by ACM on its behalf, or without saying which."""

ANOTHER, NO_CA = "another CA", "no CA"
OWN, FOREIGN, UNTAGGED, ELSEWHERE = "own certificate", "another's certificate", "untagged certificate", "own, elsewhere"
NEW, ACCOUNT = "new certificate", "the account"
ANY_NAME = "any name"
PLAIN = ""
FIRST_LOCK, MORE_RIGHTS = "were nothing denied", "were everything else allowed"
"""An owned issuer has two locks on what it signs, and each must hold alone."""

EVERY_KEY, WITHOUT_TAGS = "with keys that a condition asks for", "without tags"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """One request; `names`, `key_algorithm` and `tag` where they are part of it; resource and context are IAM's."""

    action: str
    target: str
    route: str = DIRECT
    template: str | None = None
    names: tuple[str, ...] | None = None
    key_algorithm: str | None = None
    tag: str | None = None
    circumstance: str = PLAIN
    names_said: str = field(default="", compare=False)
    resource: str = field(default="*", compare=False)
    context: Context = field(default_factory=dict, compare=False)


def route_keys(route: str) -> Context:
    """Return the condition key that tells who calls."""
    return {DIRECT: {"aws:viaawsservice": ("false",)}, THROUGH_ACM: {"aws:viaawsservice": ("true",)}}.get(route, {})
