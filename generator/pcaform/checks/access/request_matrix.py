"""What is asked of each principal: every action on every CA, with every template, called directly or through ACM.

Besides the plain requests there are those that a policy with a hole would let through: another CA, a key that the
request lacks, a name outside of the grant, somebody else's certificate, and every key that a condition might ask for.
Which keys a request has, below https://docs.aws.amazon.com/: service-authorization/latest/reference/
list_awsprivatecertificateauthority.html and list_awscertificatemanager.html, and
privateca/latest/userguide/certguard-condition-keys.html.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from pcaform.checks.access.access_request import (
    ACCOUNT,
    ANOTHER,
    ANY_NAME,
    DIRECT,
    ELSEWHERE,
    EVERY_KEY,
    FIRST_LOCK,
    FOREIGN,
    MORE_RIGHTS,
    NEW,
    NO_CA,
    OWN,
    THROUGH_ACM,
    UNKNOWN,
    UNTAGGED,
    WITHOUT_TAGS,
    AccessRequest,
    route_keys,
)
from pcaform.checks.access.scenario import Scenario, Subject
from pcaform.core import facts
from pcaform.iam import actions
from pcaform.iam.evaluator.patterns import Context
from pcaform.iam.policies.statements import ISSUER_TAG

_OUTSIDE = "www.outside.invalid"
_ANOTHER_TAG = "user/another"
_REGION = "elsewhere-1"
_ROUTES = (DIRECT, THROUGH_ACM)
_TAGS = f"aws:requesttag/{ISSUER_TAG}"
_HELD = f"aws:resourcetag/{ISSUER_TAG}"


@dataclass(frozen=True, slots=True)
class RequestMatrix:
    """Who is asked about, with a name for each pattern of names in question, and the keys that conditions ask for."""

    scenario: Scenario
    subject: Subject
    samples: Mapping[str, str]
    favours: Sequence[Context]

    def requests(self) -> Iterator[AccessRequest]:
        """Yield every request."""
        another = self.scenario.arn("acm-pca", "certificate-authority/00000000-0000-0000-0000-000000000000")
        authorities = {**self.scenario.authorities, ANOTHER: another}
        for label, arn in authorities.items():
            yield from self._issuing(label, arn)
            yield from self._using(label, arn)
        for action in actions.ON_NO_AUTHORITY:
            yield AccessRequest(action, NO_CA, context=route_keys(DIRECT))
            yield from self._favoured(AccessRequest(action, NO_CA), facts_of=())
        for label, arn in {**authorities, NO_CA: ""}.items():
            yield from self._requesting(label, arn)
        yield from self._certificates()

    def _issuing(self, label: str, arn: str) -> Iterator[AccessRequest]:
        """Yield IssueCertificate with each template, by each route, with each key; and against each lock alone."""
        has_key_conditions = any("acm-pca:x509" in text for text in self.subject.policies.values())
        keys = [*actions.KEYS, None] if has_key_conditions else [None]
        for template, route, key in product((*facts.TEMPLATES, None), _ROUTES, keys):
            request = self._issue(label, arn, template, route, key)
            yield request
            if self.subject.has_two_locks:
                yield replace(request, circumstance=FIRST_LOCK)
        yield self._issue(label, arn, facts.DEFAULT_TEMPLATE, UNKNOWN, None)
        plain = self._issue(label, arn, facts.DEFAULT_TEMPLATE, DIRECT, None)
        yield from self._favoured(plain, facts_of=("acm-pca:", "aws:viaawsservice"))
        for template in facts.TEMPLATES if self.subject.has_two_locks else ():
            yield replace(self._issue(label, arn, template, DIRECT, None), circumstance=MORE_RIGHTS)

    def _issue(self, label: str, arn: str, template: str | None, route: str, key: str | None) -> AccessRequest:
        named = {"acm-pca:templatearn": (facts.template_arn(self.scenario.region, template),)} if template else {}
        context = {**route_keys(route), **named, **(actions.KEYS[key] if key else {})}
        return AccessRequest(actions.ISSUE, label, route, template, key_algorithm=key, resource=arn, context=context)

    def _using(self, label: str, arn: str) -> Iterator[AccessRequest]:
        for action in actions.ON_AUTHORITY:
            for route in (*_ROUTES, UNKNOWN):
                yield AccessRequest(action, label, route, resource=arn, context=route_keys(route))
            yield from self._favoured(AccessRequest(action, label, resource=arn), facts_of=())

    def _favoured(self, request: AccessRequest, *, facts_of: tuple[str, ...]) -> Iterator[AccessRequest]:
        """Yield a request with the keys that each statement asks for, but those that its own words decide."""
        for context in self.favours:
            added = {key: values for key, values in context.items() if not key.startswith(facts_of or ("-",))}
            keys = {**route_keys(DIRECT), **added, **{key: request.context[key] for key in request.context if facts_of}}
            route = THROUGH_ACM if keys["aws:viaawsservice"] == ("true",) else DIRECT
            tag = keys[_TAGS][0] if _TAGS in keys else None
            yield replace(request, route=route, tag=tag, circumstance=EVERY_KEY, context=keys)

    def _requesting(self, label: str, arn: str) -> Iterator[AccessRequest]:
        """Yield requests to ACM: each name with each key and tag; names inside and outside at once; elsewhere."""
        plain = AccessRequest(actions.REQUEST, label, key_algorithm=facts.DEFAULT_KEY, tag=self.subject.owner_tag)
        named = {**self.samples, ANY_NAME: _OUTSIDE}.items()
        asked = [replace(plain, names=(name,), names_said=said) for said, name in named]
        varied = [replace(each, names=(*(each.names or ()), _OUTSIDE)) for each in asked[:-1]]
        varied += [replace(each, key_algorithm=key) for each in asked for key in (*facts.ACM_KEYS[1:], None)]
        varied += [replace(each, tag=tag) for each in asked for tag in (_ANOTHER_TAG, None)]
        yield from (self._request(request, arn) for request in (*asked, *varied, replace(plain, names=())))
        untagged = self._request(replace(asked[-1], tag=None), arn)
        if self.subject.kind == "administrator":  # whose second lock is about requests too
            yield from (replace(untagged, circumstance=circumstance) for circumstance in (FIRST_LOCK, MORE_RIGHTS))
        yield from self._favoured(untagged, facts_of=("acm:", "aws:requesttag/"))

    def _request(self, request: AccessRequest, arn: str) -> AccessRequest:
        """Return a request with what goes over the wire; one that names no CA is for a public certificate."""
        context = {
            **route_keys(DIRECT),
            _TAGS: (request.tag,) if request.tag else (),
            "aws:tagkeys": (ISSUER_TAG,) if request.tag else (),
            "acm:domainnames": request.names or (),
            "acm:certificateauthority": (arn,) if arn else (),
            "acm:keyalgorithm": (request.key_algorithm,) if request.key_algorithm else (),
        }
        has = {name: values for name, values in context.items() if values}
        return replace(request, resource=self.scenario.arn("acm", "certificate/*"), context=has)

    def _certificates(self) -> Iterator[AccessRequest]:
        """Yield what can be done with an ACM certificate, by whose it is."""
        own = self.subject.owner_tag
        for target, owner in {OWN: own, FOREIGN: _ANOTHER_TAG, UNTAGGED: None, ELSEWHERE: own, NEW: None}.items():
            region = _REGION if target == ELSEWHERE else None
            arn = self.scenario.arn("acm", "certificate/*" if target == NEW else "certificate/1", region=region)
            held = {**route_keys(DIRECT), **({_HELD: (owner,)} if owner else {})}
            for action in (*actions.ON_CERTIFICATE, *actions.TAGGING):
                request = AccessRequest(action, target, resource=arn, context=held)
                yield from self._tagging(request) if action in actions.TAGGING else [request]
                yield from self._favoured(request, facts_of=("aws:resourcetag/",))
        for action in actions.OF_ACM_ACCOUNT:
            yield AccessRequest(action, ACCOUNT, context=route_keys(DIRECT))
            yield from self._favoured(AccessRequest(action, ACCOUNT), facts_of=())

    def _tagging(self, request: AccessRequest) -> Iterator[AccessRequest]:
        """Yield what tags a certificate, by whose it becomes; other tags come along, or are all."""
        for tag in (self.subject.owner_tag, _ANOTHER_TAG):
            keys = {_TAGS: (tag,), "aws:tagkeys": (ISSUER_TAG, "name")}
            yield replace(request, tag=tag, context={**request.context, **keys})
        yield replace(request, context={**request.context, "aws:tagkeys": ("name",)})
        yield replace(request, circumstance=WITHOUT_TAGS)
