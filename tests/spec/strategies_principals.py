"""Hypothesis strategies for issuers, administrators and auditors of a spec, and the trust of their roles."""

from functools import cache
from typing import Any, Literal, get_args

from hypothesis import strategies as st

from pcaform.core import facts
from pcaform.spec.issuers import ManagedAction
from spec.strategies_text import ACCOUNTS, HOSTS, KEYS, NAMES, ignores, some_of, tags, words
from yaml_strategies import texts, values

_TEMPLATES = st.sampled_from(
    ["EndEntityCertificate/V1", "EndEntityServerAuthCertificate/V1", "EndEntityClientAuthCertificate/V1"]
)


def _chosen(keys: Any, actions: Any) -> dict[str, st.SearchStrategy[Any]]:
    """Return what narrows and what widens a grant, from words that a Literal lists."""
    closed = {"key_algorithms": keys, "additional_actions": actions}
    return {
        name: st.lists(st.sampled_from(list(get_args(each))), max_size=3, unique=True) for name, each in closed.items()
    }


_DOMAINS = st.from_regex(r"(\*\.)?[a-z0-9-]{1,20}(\.[a-z]{1,8}){1,2}", fullmatch=True)
_MANAGED = {"domain_names": st.lists(_DOMAINS, max_size=3), **_chosen(facts.AcmKeyAlgorithm, ManagedAction)}
_UNMANAGED = {
    "templates": st.lists(_TEMPLATES, min_size=1, max_size=3),
    **_chosen(facts.IssuedKeyAlgorithm, Literal["ListCertificateAuthorities", "RevokeCertificate"]),
}
_POLICY = {"name": words(NAMES, (1, 20), "NUMBER{}"), "document": st.dictionaries(texts(), values())}
_DESCRIBED = {"description": words(NAMES, (1, 20))}
_POLICIES = st.fixed_dictionaries({"policy": st.fixed_dictionaries(_POLICY, optional=_DESCRIBED)})
"""What takes long to be made ready for drawing is made once, and not for each example."""


_ROLE = some_of({"description": words(NAMES, (1, 20)), "instance_profile": st.booleans()})
_APART = some_of({"policy_path": st.sampled_from(["/", "/apart/"]), "policy_tags": tags()})
"""What a role has besides its trust, and what policies have apart from their principal."""


@st.composite
def issuers(draw: st.DrawFn, *, authorities: dict[str, Any]) -> dict[str, Any]:
    permitted = [key for key, authority in authorities.items() if authority.get("permissions")]
    grants = [_grants("unmanaged", list(authorities), _UNMANAGED)]
    if permitted:
        grants.append(_grants("managed", permitted, _MANAGED))
    rights: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {"grants": st.lists(st.one_of(grants), min_size=1, max_size=3)}
    )
    rights |= _POLICIES
    found = {}
    for number, key in enumerate(draw(st.lists(KEYS, max_size=3, unique=True))):
        kind = draw(st.sampled_from(["user", "user", "role", "existing_user", "existing_role"]))
        entry = {**draw(_principals(number)), **draw(rights)}
        if "policy" in entry:
            entry["policy"] = {**entry["policy"], "name": entry["policy"]["name"].replace("NUMBER", str(number))}
        if any(grant["certificates"] == "managed" for grant in entry.get("grants", ())) and "user_name" in entry:
            entry["user_name"] = entry["user_name"].replace(",", ".")  # a tag of its certificates holds the name
        name = entry.get("user_name", f"{number}-{key}")
        if kind != "user":
            for each in ("user_name", "permissions_boundary", "force_destroy"):
                entry.pop(each, None)
            trust = {"role_name": name, "trust": draw(_trusts()), **draw(_ROLE)} if kind == "role" else name
            entry[kind] = trust
        if kind in ("user", "role"):
            entry |= draw(_APART)
        elif "grants" in entry and draw(st.booleans()):
            entry["deny_other_templates"] = True
        found[key] = entry
    return found


@cache
def _principals(number: int) -> st.SearchStrategy[dict[str, Any]]:
    return some_of(
        {
            "user_name": words(NAMES.upper(), (0, 20), f"{number}-{{}}"),
            "path": st.sampled_from(["/", "/pki/", "/a/b/"]),
            "permissions_boundary": st.just("arn:PARTITION:iam::123456789012:policy/boundary"),
            "force_destroy": st.booleans(),
            "tags": tags(),
            "ignore": ignores(),
        }
    )


def _grants(
    kind: str, authorities: list[str], more: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    chosen = st.lists(st.sampled_from(authorities), min_size=1, max_size=3, unique=True)
    required = {"certificates": st.just(kind), "certificate_authorities": chosen}
    return st.fixed_dictionaries(required, optional=more)


@cache
def _trusts() -> st.SearchStrategy[dict[str, Any]]:
    accounts = st.lists(ACCOUNTS, min_size=1, max_size=2, unique=True)
    principals = ACCOUNTS.map("arn:PARTITION:iam::{}:role/deployer".format)
    services = st.sampled_from(["ec2.amazonaws.com", "lambda.amazonaws.com", "pods.eks.amazonaws.com"])
    oidc = {
        "provider_arn": st.just("arn:PARTITION:iam::123456789012:oidc-provider/token.example"),
        "subjects": st.lists(words("abc", (1, 5), "repo:corp/{}:*"), min_size=1, max_size=2, unique=True),
    }
    anchor = "arn:PARTITION:rolesanywhere:eu-west-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555"
    anywhere = st.fixed_dictionaries(
        {"trust_anchor_arn": st.just(anchor)}, optional={"common_names": st.lists(HOSTS, max_size=2, unique=True)}
    )
    return some_of(
        {
            "accounts": accounts,
            "principals": st.lists(principals, max_size=2, unique=True),
            "services": st.lists(services, max_size=3, unique=True),
            "oidc": st.lists(st.fixed_dictionaries(oidc), max_size=2),
            "roles_anywhere": anywhere,
        }
    ).filter(lambda trust: any(trust.values()))


@st.composite
def operator_roles(draw: st.DrawFn, prefix: str) -> dict[str, Any]:
    return {key: draw(_duty(prefix)) for key in draw(_ONE_KEY)}


_ONE_KEY = st.lists(KEYS, max_size=1)


@cache
def _duty(prefix: str) -> st.SearchStrategy[dict[str, Any]]:
    settings_ = {"path": st.sampled_from(["/", "/pki/"]), "tags": tags(), "max_session_duration": st.just(7200)}
    required = {"role_name": words(NAMES.upper(), (0, 9), f"{prefix}{{}}"), "trust": _trusts()}
    return st.tuples(st.fixed_dictionaries(required, optional=settings_), _ROLE, _APART).map(
        lambda parts: {**parts[0], **parts[1], **parts[2]}
    )
