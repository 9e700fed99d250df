"""Lists the requests to check for each principal: every action on every CA, with every template, direct or through ACM.

Besides plain requests there are requests that only a too permissive policy would allow: on another CA, without a
condition key, for a name outside of the grant, on a certificate of another issuer, and with every condition key that
the policies mention. Which keys a request has, below https://docs.aws.amazon.com/:
service-authorization/latest/reference/list_awsprivatecertificateauthority.html and list_awscertificatemanager.html, and
privateca/latest/userguide/certguard-condition-keys.html.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from itertools import product, repeat
from typing import Annotated

from pydantic import Field

from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.core import facts
from pcaform.iam import actions
from pcaform.iam.documents import Statement, read_statements
from pcaform.iam.evaluator.conditions import satisfying
from pcaform.iam.evaluator.patterns import Context
from pcaform.iam.policies.statements import ISSUER_TAG

DIRECT, THROUGH_ACM, UNKNOWN = "direct", "through ACM", "by an unspecified route"
"""How a call reaches Private CA: from the principal itself, from ACM on its behalf, or not specified."""

OTHER_CA, NO_CA = "another CA", "no CA"
OWN, FOREIGN = "own certificate", "another issuer's certificate"
UNTAGGED, ELSEWHERE = "untagged certificate", "own certificate in another region"
NEW, ACCOUNT = "new certificate", "the account"
TARGETS = (OTHER_CA, NO_CA, OWN, FOREIGN, UNTAGGED, ELSEWHERE, NEW, ACCOUNT)
"""What a request is about that is not a CA with a label of its own, which therefore must not be one of these."""
ANY_NAME = "any name"
PLAIN = ""
WITHOUT_DENIES, WITH_ALLOW_ALL = "if deny statements are ignored", "if all actions are also allowed"
"""Variants that test the two limits on what an owned issuer signs (allow and deny statements) separately."""

CONDITIONS_MET, WITHOUT_TAGS = "with condition keys from a policy", "without tags"
OUTSIDE_NAME = "www.outside.invalid"
_OTHER_TAG = "user/another"
SERIES_BY_NAME = 4
"""The number of series of requests to ACM that have each name."""
_ROUTES = (DIRECT, THROUGH_ACM)
_REQUEST_TAG = f"aws:requesttag/{ISSUER_TAG}"
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

    def describe(self) -> str:
        """Describe it in one line."""
        template = self.template or (self.action == actions.ISSUE and "without a template")
        key = self.key_algorithm != facts.DEFAULT_KEY and self.key_algorithm
        parts = [
            f"{self.action} on {self.target}",
            template,
            self.names is not None and f"for {', '.join(self.names) or 'no name'}",
            key and f"with a key {key}",
            self.tag and f"tagged {self.tag}",
            self.action.startswith("acm-pca:") and self.route != DIRECT and self.route,
            self.variant,
        ]
        return ", ".join(str(part) for part in parts if part)


def route_keys(route: str) -> Context:
    """Return the condition key that shows whether a service makes the call."""
    return {DIRECT: {"aws:viaawsservice": ("false",)}, THROUGH_ACM: {"aws:viaawsservice": ("true",)}}.get(route, {})


@dataclass(frozen=True)
class RequestMatrix:
    """The requests of one principal; `samples` has a matching name for each domain name pattern."""

    scenario: Scenario
    subject: Subject
    samples: Mapping[str, str]

    @cached_property
    def _allowing(self) -> list[Statement]:
        policies = self.subject.policies.items()
        return [each for name, text in policies for each in read_statements(text, name) if each.is_allow]

    @cached_property
    def _is_allowed_at_all(self) -> Callable[[str], bool]:
        return cache(lambda action: any(each.matches_action(action) for each in self._allowing))

    @cached_property
    def _condition_samples(self) -> list[Context]:
        """A context for each Allow statement, which meets its conditions: one added there by mistake needs them."""
        contexts = [satisfying(each.conditions) for each in self._allowing]
        return list({json.dumps(context): context for context in contexts}.values())

    @cached_property
    def cas(self) -> Mapping[str, str]:
        """The CAs by label, with one of those that no policy names."""
        other_arn = self.scenario.arn("acm-pca", "certificate-authority/00000000-0000-0000-0000-000000000000")
        return {**self.scenario.cas, OTHER_CA: other_arn}

    def requests(self) -> Iterator[AccessRequest]:
        """Yield every request."""
        for label, arn in self.cas.items():
            yield from self.on_ca(label, arn)
        yield from self.on_no_ca()
        for label, arn in {**self.cas, NO_CA: ""}.items():
            yield from (request for _, request in self.to_acm(label, arn))
        yield from self.on_certificates()

    def on_ca(self, label: str, arn: str) -> Iterator[AccessRequest]:
        """Yield the requests on one CA."""
        yield from self._issue_requests(partial(self._issue_request, label, arn))
        for action in actions.ON_AUTHORITY:
            for route in (*_ROUTES, UNKNOWN):
                yield AccessRequest(action, label, route, resource=arn, context=route_keys(route))
            yield from self._add_condition_keys(AccessRequest(action, label, resource=arn), fixed_keys=())

    def on_no_ca(self, names: Iterable[str] = actions.ON_NO_AUTHORITY, target: str = NO_CA) -> Iterator[AccessRequest]:
        """Yield the requests of Private CA on no CA, or those of other actions on something without an ARN."""
        for action in names:
            yield AccessRequest(action, target, context=route_keys(DIRECT))
            yield from self._add_condition_keys(AccessRequest(action, target), fixed_keys=())

    def _issue_requests(self, issue: Callable[..., AccessRequest]) -> Iterator[AccessRequest]:
        """Yield IssueCertificate with each template, route and key, and with allow and deny statements tested alone."""
        has_key_conditions = any("acm-pca:x509" in text for text in self.subject.policies.values())
        keys = [*actions.KEYS, None] if has_key_conditions else [None]
        variants = (PLAIN, WITHOUT_DENIES) if self.subject.has_allow_and_deny else (PLAIN,)
        for template, route, key, variant in product((*facts.TEMPLATES, None), _ROUTES, keys, variants):
            yield issue(template, route, key, variant=variant)
        yield issue(facts.DEFAULT_TEMPLATE, UNKNOWN)
        plain = issue(facts.DEFAULT_TEMPLATE, DIRECT)
        yield from self._add_condition_keys(plain, fixed_keys=("acm-pca:", "aws:viaawsservice"))
        for template in facts.TEMPLATES if self.subject.has_allow_and_deny else ():
            yield issue(template, DIRECT, variant=WITH_ALLOW_ALL)

    def _issue_request(
        self, label: str, arn: str, template: str | None, route: str, key: str | None = None, *, variant: str = PLAIN
    ) -> AccessRequest:
        context = {**route_keys(route), **(actions.KEYS[key] if key else {})}
        if template:
            context["acm-pca:templatearn"] = (facts.template_arn(self.scenario.region, template),)
        return AccessRequest(
            actions.ISSUE, label, route, template, key_algorithm=key, variant=variant, resource=arn, context=context
        )

    def _add_condition_keys(self, request: AccessRequest, *, fixed_keys: tuple[str, ...]) -> Iterator[AccessRequest]:
        """Yield the request with each sample context; keys with a prefix in `fixed_keys` keep the request's values."""
        if not self._is_allowed_at_all(request.action):  # denied whatever the context
            yield from repeat(replace(request, variant=CONDITIONS_MET), len(self._condition_samples))
            return
        for context in self._condition_samples:
            added = {key: values for key, values in context.items() if not (fixed_keys and key.startswith(fixed_keys))}
            keys = {**route_keys(DIRECT), **added, **(request.context if fixed_keys else {})}
            route = THROUGH_ACM if keys["aws:viaawsservice"] == ("true",) else DIRECT
            tag = keys[_REQUEST_TAG][0] if _REQUEST_TAG in keys else None
            of_action = (request.template, request.names, request.key_algorithm)
            about = (request.names_label, request.resource)  # not by `replace`, which takes ten times as long
            yield AccessRequest(request.action, request.target, route, *of_action, tag, CONDITIONS_MET, *about, keys)

    def to_acm(self, label: str, arn: str) -> Iterator[tuple[int, AccessRequest]]:
        """Yield RequestCertificate for each name with each key and tag, and for granted and other names together.

        Each is one of a series, with its number, that has the requests for the names in their order.
        """
        plain = AccessRequest(actions.REQUEST, label, key_algorithm=facts.DEFAULT_KEY, tag=self.subject.owner_tag)
        names = {**self.samples, ANY_NAME: OUTSIDE_NAME}.items()
        basic = [replace(plain, names=(name,), names_label=label) for label, name in names]
        mixed = [replace(each, names=(*(each.names or ()), OUTSIDE_NAME)) for each in basic[:-1]]
        keys = [replace(each, key_algorithm=key) for each in basic for key in (*facts.ACM_KEYS[1:], None)]
        tags = [replace(each, tag=tag) for each in basic for tag in (_OTHER_TAG, None)]
        for number, series in enumerate((basic, mixed, keys, tags, [replace(plain, names=())])):
            yield from ((number, self._fill_context(request, arn)) for request in series)
        untagged = self._fill_context(replace(basic[-1], tag=None), arn)
        if self.subject.kind == "administrator":  # whose deny statement covers RequestCertificate too
            yield from ((5, replace(untagged, variant=variant)) for variant in (WITHOUT_DENIES, WITH_ALLOW_ALL))
        yield from ((6, each) for each in self._add_condition_keys(untagged, fixed_keys=("acm:", "aws:requesttag/")))

    def _fill_context(self, request: AccessRequest, arn: str) -> AccessRequest:
        """Return a request with its resource and context; without a CA it is for a public certificate."""
        context = {
            **route_keys(DIRECT),
            _REQUEST_TAG: (request.tag,) if request.tag else (),
            "aws:tagkeys": (ISSUER_TAG,) if request.tag else (),
            "acm:domainnames": request.names or (),
            "acm:certificateauthority": (arn,) if arn else (),
            "acm:keyalgorithm": (request.key_algorithm,) if request.key_algorithm else (),
        }
        non_empty = {name: values for name, values in context.items() if values}
        return replace(request, resource=self.scenario.arn("acm", "certificate/*"), context=non_empty)

    def on_certificates(self) -> Iterator[AccessRequest]:
        """Yield every action on ACM certificates, with each value of the owner tag."""
        own = self.subject.owner_tag
        for target, owner in {OWN: own, FOREIGN: _OTHER_TAG, UNTAGGED: None, ELSEWHERE: own, NEW: None}.items():
            region = "elsewhere-1" if target == ELSEWHERE else None
            arn = self.scenario.arn("acm", "certificate/*" if target == NEW else "certificate/1", region=region)
            context = {**route_keys(DIRECT), **({f"aws:resourcetag/{ISSUER_TAG}": (owner,)} if owner else {})}
            for action in (*actions.ON_CERTIFICATE, *actions.TAGGING):
                request = AccessRequest(action, target, resource=arn, context=context)
                if action not in actions.TAGGING:
                    yield request
                else:  # which set the owner tag to each value, with and without other tags
                    for tag in (own, _OTHER_TAG):
                        keys = {_REQUEST_TAG: (tag,), "aws:tagkeys": (ISSUER_TAG, "name")}
                        yield replace(request, tag=tag, context={**context, **keys})
                    yield replace(request, context={**context, "aws:tagkeys": ("name",)})
                    yield replace(request, variant=WITHOUT_TAGS)
                yield from self._add_condition_keys(request, fixed_keys=("aws:resourcetag/",))
        yield from self.on_no_ca(actions.OF_ACM_ACCOUNT, ACCOUNT)
