"""A request to check (action, target, route and variant), and the words that name its parts in reports."""

from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field

from pcaform.iam.evaluator.patterns import Context

DIRECT, THROUGH_ACM, UNKNOWN = "direct", "through ACM", "by an unspecified route"
"""How a call reaches Private CA: from the principal itself, from ACM on its behalf, or not specified."""

OTHER_CA, NO_CA = "another CA", "no CA"
OWN, FOREIGN = "own certificate", "another issuer's certificate"
UNTAGGED, ELSEWHERE = "untagged certificate", "own certificate in another region"
NEW, ACCOUNT = "new certificate", "the account"
ANY_NAME = "any name"
PLAIN = ""
WITHOUT_DENIES, WITH_ALLOW_ALL = "if deny statements are ignored", "if all actions are also allowed"
"""Variants that test the two limits on what an owned issuer signs (allow and deny statements) separately."""

CONDITIONS_MET, WITHOUT_TAGS = "with condition keys from a policy", "without tags"
_LEFT_OUT = Field(exclude=True)


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """One request; `names`, `key_algorithm` and `tag` are set only where the action has them.

    In JSON the variant is the `circumstance`, and what follows it is left out.
    """

    action: str
    target: str
    route: str = DIRECT
    template: str | None = None
    names: tuple[str, ...] | None = None
    key_algorithm: str | None = None
    tag: str | None = None
    variant: Annotated[str, Field(serialization_alias="circumstance")] = PLAIN
    names_label: Annotated[str, _LEFT_OUT] = field(default="", compare=False)
    resource: Annotated[str, _LEFT_OUT] = field(default="*", compare=False)
    context: Annotated[Context, _LEFT_OUT] = field(default_factory=dict, compare=False)

    @property
    def has_ca_template(self) -> bool:
        """Whether its template is one of CA certificates."""
        return "CACertificate" in (self.template or "")


def route_keys(route: str) -> Context:
    """Return the condition key that shows whether a service makes the call."""
    return {DIRECT: {"aws:viaawsservice": ("false",)}, THROUGH_ACM: {"aws:viaawsservice": ("true",)}}.get(route, {})
