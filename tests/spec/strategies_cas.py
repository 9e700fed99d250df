"""The CAs of a drawn spec: trees of them, some made elsewhere, some managed by others."""

from collections.abc import Sequence
from functools import cache
from typing import Any, get_args

from hypothesis import strategies as st

from pcaform.core import facts
from pcaform.terraform import provider_releases
from spec.strategies_text import HOSTS, KEYS, LOWER, TRUE, ca_arn, ignores, some_of, tags, words


@cache
def _subjects() -> st.SearchStrategy[dict[str, str]]:
    visible = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"])
    fields = {name: _short_text(visible, limit) for name, limit in facts.SUBJECT_LENGTHS.items()}
    del fields["serial_number"]
    qualifier = words("aZ0'()+-.?:/= ", (1, 64))
    own = {"country": words("aDeZ", (2, 2)), "distinguished_name_qualifier": qualifier}
    return some_of({**fields, **own}).filter(bool)


def _short_text(characters: st.SearchStrategy[str], limit: int) -> st.SearchStrategy[str]:
    """Draw text that is short enough for AWS, which counts characters, and for the provider, which counts bytes."""
    return st.text(characters, min_size=1, max_size=limit).filter(lambda text: len(text.encode()) <= limit)


@cache
def _validities(depth: int) -> st.SearchStrategy[dict[str, Any]]:
    """Draw validities that end before any of those a level above, and late enough for ACM."""
    years = 80 - 15 * depth
    counted = {
        "YEARS": (years, years + 9),
        "MONTHS": (12 * years, 12 * years + 100),
        "DAYS": (366 * years, 366 * years + 9),
    }
    kinds = [
        st.fixed_dictionaries({"type": st.just(kind), "value": st.integers(*limits)})
        for kind, limits in counted.items()
    ]
    if depth == 0:
        kinds.append(st.just({"type": "END_DATE", "value": "2199-01-01T00:00:00Z"}))
        kinds.append(st.just({"type": "ABSOLUTE", "value": 7_226_582_400}))
    return st.one_of(kinds)


_REVOCATIONS = some_of(
    {
        "crl_configuration": st.fixed_dictionaries(
            {
                "enabled": st.booleans(),
                "s3_bucket_name": words(f"{LOWER}.-", (3, 20)),
                "expiration_in_days": st.integers(1, 5000),
            },
            optional={"custom_cname": HOSTS, "s3_object_acl": st.just("BUCKET_OWNER_FULL_CONTROL")},
        ),
        "ocsp_configuration": st.fixed_dictionaries({"enabled": st.booleans()}, optional={"ocsp_custom_cname": HOSTS}),
    }
)
_PERMISSIONS = some_of(
    {"principal": st.just(facts.ACM_PRINCIPAL), "actions": st.permutations(facts.ALL_PERMISSION_ACTIONS)}
).map(lambda permission: [permission])
_KEY_ALGORITHMS = [name for name in get_args(facts.KeyAlgorithm) if facts.key_family(name) in ("RSA", "EC")]


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one to five CAs in trees in which every path length fits below that of its parent."""
    found: dict[str, Any] = {}
    room: dict[str, int] = {}
    depth: dict[str | None, int] = {None: -1}
    for key in draw(st.lists(KEYS, min_size=1, max_size=5, unique=True)):
        parents = [None, *(parent for parent, length in room.items() if length > 0)]
        parent = draw(st.sampled_from(parents))
        depth[key] = depth[parent] + 1
        found[key] = draw(_authority(draw(st.sampled_from(_KEY_ALGORITHMS))))
        found[key]["validity"] = draw(_validities(depth[key]))
        is_short = found[key].get("usage_mode") == "SHORT_LIVED_CERTIFICATE"
        draw(_issued_here(found[key]))
        if is_short:
            found[key].pop("permissions", None)
        room[key] = 0 if is_short else facts.MAX_PATH_LENGTH  # one less, since its parent may become a reference
        if parent is None:
            found[key]["type"] = "ROOT"
            continue
        room[key] = 0 if is_short else draw(st.integers(0, room[parent] - 1))
        found[key] |= {"type": "SUBORDINATE", "parent": parent}
        if room[key] or draw(st.booleans()):
            found[key]["path_length"] = room[key]
    return found


@st.composite
def _issued_here(draw: st.DrawFn, authority: dict[str, Any]) -> None:
    """Draw what the certificate that a stack issues may have, into a CA's entry."""
    generation = draw(st.sampled_from([1, 1, 2, 7]))
    if generation > 1:
        authority["generation"] = generation
    if draw(st.booleans()):
        policies = [{"CertPolicyId": draw(words("0129", (1, 5), "1.3.{}"))}]
        authority["api_passthrough"] = {"Extensions": {"CertificatePolicies": policies}}


KINDS = ("here", "here", "external", "pending", "region")


@st.composite
def elsewhere(draw: st.DrawFn, found: dict[str, Any], *, aws: dict[str, Any], kinds: Sequence[str] = KINDS) -> None:
    """Draw for some CAs that they exist already, wait for a certificate, or live in another region."""
    parents = {authority.get("parent") for authority in found.values()}
    for number, (key, authority) in enumerate(found.items()):
        kind = draw(st.sampled_from(kinds))
        region = aws["region"]
        if kind == "region" and "-gov-" not in region and number > 0:  # the first shows where the stack is
            region = "eu-central-1"
            authority["provider"] = {"region": region}
        if kind == "external" or (kind == "pending" and key not in parents):
            for name in ("validity", "generation", "api_passthrough", "permanent_deletion_time_in_days"):
                authority.pop(name, None)
            authority["activation"] = kind
        if kind == "external":
            authority["arn"] = ca_arn(region, aws["account_id"], number)
            authority.setdefault("revocation_configuration", {"ocsp_configuration": {"enabled": False}})
        if authority.get("activation") == "pending":
            authority.pop("permissions", None)


@st.composite
def references(draw: st.DrawFn, found: dict[str, Any], *, aws: dict[str, Any]) -> None:
    """Draw CAs that others manage, each as the parent of one CA here."""
    for number, key in enumerate(draw(st.lists(KEYS.map("ref-{}".format), max_size=2, unique=True)), start=50):
        parents = {each.get("parent") for each in found.values()}
        roots = [name for name, each in found.items() if each.get("type") == "ROOT" and "activation" not in each]
        orphans = [name for name in roots if name not in parents]
        if not orphans:
            return
        child = found[draw(st.sampled_from(orphans))]
        child |= {"type": "SUBORDINATE", "parent": key, "path_length": 0}  # AWS shares no CA for longer paths
        child.pop("api_passthrough", None)
        key_algorithm = draw(st.sampled_from(["RSA_2048", "EC_prime256v1", "EC_secp384r1"]))
        arn = ca_arn(aws["region"], "999999999999", number)
        found[key] = {"managed": False, "arn": arn, "key_algorithm": key_algorithm}


def tell_apart(found: dict[str, Any]) -> None:
    """Give each CA with the subject of an earlier one another name."""
    seen = set()
    for key, ca in found.items():
        subject = repr(sorted((name, value.casefold().split()) for name, value in ca.get("subject", {}).items()))
        if "subject" in ca and subject in seen:
            ca["subject"] = {"common_name": f"the CA with the key {key}"[:64]}
        seen.add(subject)


@cache
def _authority(key_algorithm: str) -> st.SearchStrategy[dict[str, Any]]:
    fitting = [name for name in facts.signing_algorithms(key_algorithm) if name not in provider_releases.VALUES]
    optional = {
        "signing_algorithm": st.sampled_from(fitting),
        "usage_mode": st.sampled_from(get_args(facts.UsageMode)),
        "key_storage_security_standard": st.just("FIPS_140_2_LEVEL_3_OR_HIGHER"),
        "enabled": TRUE,
        "permanent_deletion_time_in_days": st.integers(7, 30),
        "revocation_configuration": _REVOCATIONS,
        "permissions": _PERMISSIONS,
        "tags": tags(),
        "deletion_protection": st.booleans(),
        "timeouts": st.just({"create": "5m"}),
        "ignore": ignores(),
    }
    required = {"key_algorithm": st.just(key_algorithm), "subject": _subjects()}
    return st.fixed_dictionaries(required, optional=optional)
