"""What Hypothesis draws in all tests: texts, values, damaged files and whole valid specs; and how many it draws.

HYPOTHESIS_PROFILE chooses: `quick` while working, `default`, `long` over night; `ci` draws the same examples each time,
so that whether a change lands depends on the change.
"""

import os
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pcaform import facts
from pcaform.spec.issuers import ManagedAction

_ALL = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", _ALL)
settings.register_profile("ci", _ALL, derandomize=True)
settings.register_profile("quick", _ALL, max_examples=30)
settings.register_profile("long", _ALL, max_examples=20_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

AWKWARD = [
    *("${", "%{", "$${", "%%{", "$$${", "$$$${", "$", "%", "{", "}", "${x}", "%{ if true }", "${jsonencode({})}"),
    *('"', '\\"', "\\", "\\\\", "'", "\\n", "\\u0041", "\n", "\r\n", "\r", "\t", "\0", "\b", "\f", "\x1b[31m", "\x7f"),
    *("<<EOF\nx\nEOF\n", "<<-EOT", "EOF", "/*", "*/", "//", "#", "{{ x }}", "{% raw %}", "{#", "~}", "${~", "%{~"),
    *("\u202ekcatta", "\u2066x\u2069", "\u200b", "\u200d", "\ufeff", "\u2028", "\u2029", "\x85", "\xad", "\xa0"),
    *(
        "é",
        "e\u0301",
        "ß",
        "İ",
        "日本語",
        "\U0001f600",
        "\U0001f469\u200d\U0001f469",
        "\U0001f1e9\U0001f1ea",
        "❤\ufe0f",
    ),
    *("\ue000", "\U000f0000", "\U0010ffff", "\ufffd", "\ufffe", "क्षि", "각", "กำ", "ﾊﾞ", "\U0001f44d\U0001f3fd"),
    *(
        "null",
        "true",
        "no",
        "~",
        "<<",
        "=",
        "0123",
        "1.5",
        "1e3",
        "0x10",
        "2035-01-01",
        "- a",
        "a: b",
        "? a",
        "!x",
        "@x",
    ),
    *("for", "in", "if", "", " ", " x ", "x ", "---", "...", "a #b", "[", "]", ",", "&a", "*a", "|", ">", "`", "%x"),
]
"""Pieces of text that mean something to YAML, HCL, Jinja2, a terminal or a reader."""

_CHARACTERS = st.characters(exclude_categories=["Cs"])


def drawn(strategy: st.SearchStrategy[Any], number: int) -> list[Any]:
    """Draw a number of examples at once, since starting Terraform for each would take minutes."""
    found: list[Any] = []

    @settings(max_examples=number, database=None)
    @given(strategy)
    def draw(example: Any) -> None:
        found.append(example)

    draw()
    return found


@cache
def texts(*, min_size: int = 0, max_size: int = 60) -> st.SearchStrategy[str]:
    """Draw text of any kind: plain, from any script, and made of awkward pieces."""
    plain = st.text(st.sampled_from("abcXYZ019 -_."), min_size=min_size, max_size=max_size)
    anything = st.text(_CHARACTERS, min_size=min_size, max_size=max_size)
    awkward = st.lists(st.sampled_from(AWKWARD), max_size=6).map("".join).map(lambda text: text[:max_size])
    return plain | anything | awkward.filter(lambda text: len(text) >= min_size)


@cache
def values(*, normal: bool = False) -> st.SearchStrategy[Any]:
    """Draw nested plain data, as a policy or a backend holds it; `normal` keeps its text in Unicode's form NFC."""
    text = texts().map(lambda text: unicodedata.normalize("NFC", text)) if normal else texts()
    leaves = text | st.booleans() | st.none() | st.integers(-(10**18) + 1, 10**18 - 1)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
        max_leaves=12,
    )


def damaged(seed: bytes) -> st.SearchStrategy[bytes]:
    """Draw a file with a few places overwritten by bytes, words of its own and marks of YAML."""
    marks = [b"\0", b"\t", b"\n", b"\r", b"  ", b": ", b"- ", b"{", b"}", b"[", b"]", b'"', b"'", b"&a ", b"*a", b"!x "]
    words = [b"<<: ", b"#", b"|", b"null", b"true", b"0", b"-1", b"\xff", "\u2028".encode(), b"", *seed.split()]
    pieces = st.sampled_from(marks + words) | st.binary(max_size=3)
    edit = st.tuples(st.integers(0, len(seed)), st.integers(0, 40), pieces)
    return st.lists(edit, min_size=1, max_size=4).map(lambda edits: _edited(seed, edits))


def _edited(content: bytes, edits: Sequence[tuple[int, int, bytes]]) -> bytes:
    for start, length, piece in edits:
        content = content[:start] + piece + content[start + length :]
    return content


def _words(alphabet: str, sizes: tuple[int, int], pattern: str = "{}") -> st.SearchStrategy[str]:
    """Draw words over an alphabet; ten times as fast as `from_regex`."""
    return st.text(st.sampled_from(alphabet), min_size=sizes[0], max_size=sizes[1]).map(pattern.format)


_LOWER = "abxyz019"
_NAMES = "abXY09+=,.@_-"
_KEYS = _words(f"{_LOWER}_-", (0, 8), "k{}") | st.sampled_from(["root", "for", "null", "true", "x", "certificate"])
_ARGUMENTS = st.sampled_from(["bucket", "key", "region", "use_lockfile", "assume_role", "endpoints"])
_ACCOUNTS = _words("0123456789", (12, 12))
_REGIONS = st.sampled_from(["eu-west-1", "us-east-1", "us-gov-west-1", "ap-southeast-2"])
_HOSTS = _words(f"{_LOWER}-", (1, 8), "{}.example")
_TEMPLATES = st.sampled_from(
    ["EndEntityCertificate/V1", "EndEntityServerAuthCertificate/V1", "EndEntityClientAuthCertificate/V1"]
)


FIELDS = ["tags", "subject", "permissions", "revocation_configuration", "generation", "parent", "validity", "arn"]
"""Names of fields, which a tag may have as well."""


@cache
def _tags() -> st.SearchStrategy[dict[str, str]]:
    letters = st.characters(categories=["L", "N", "Zs"], include_characters="_.:/=+-@")
    keys = st.text(letters, min_size=1, max_size=128).filter(lambda key: not key.lower().startswith("aws:"))
    return st.dictionaries(keys | st.sampled_from(FIELDS), st.text(letters, max_size=256), max_size=3)


def _optional(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


@cache
def _subjects() -> st.SearchStrategy[dict[str, str]]:
    visible = st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"])
    fields: dict[str, st.SearchStrategy[str]] = {
        name: st.text(visible, min_size=1, max_size=limit) for name, limit in facts.SUBJECT_LENGTHS.items()
    }
    del fields["serial_number"]
    qualifier = _words("aZ0'()+-.?:/= ", (1, 64))
    own = {"country": _words("aDeZ", (2, 2)), "distinguished_name_qualifier": qualifier}
    return _optional({**fields, **own}).filter(bool)


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


_REVOCATIONS = _optional(
    {
        "crl_configuration": st.fixed_dictionaries(
            {
                "enabled": st.booleans(),
                "s3_bucket_name": _words(f"{_LOWER}.-", (3, 20)),
                "expiration_in_days": st.integers(1, 5000),
            },
            optional={"custom_cname": _HOSTS, "s3_object_acl": st.just("BUCKET_OWNER_FULL_CONTROL")},
        ),
        "ocsp_configuration": st.fixed_dictionaries({"enabled": st.booleans()}, optional={"ocsp_custom_cname": _HOSTS}),
    }
)
_PERMISSIONS = _optional(
    {"principal": st.just(facts.ACM_PRINCIPAL), "actions": st.permutations(facts.ALL_PERMISSION_ACTIONS)}
).map(lambda permission: [permission])


_TRUE = st.sampled_from([True])
_KEY_ALGORITHMS = [name for name in get_args(facts.KeyAlgorithm) if facts.key_family(name) in ("RSA", "EC")]


@st.composite
def _authorities(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one to five CAs in trees in which every path length fits below that of its parent."""
    found: dict[str, Any] = {}
    room: dict[str, int] = {}
    depth: dict[str | None, int] = {None: -1}
    for key in draw(st.lists(_KEYS, min_size=1, max_size=5, unique=True)):
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
        policies = [{"CertPolicyId": draw(_words("0129", (1, 5), "1.3.{}"))}]
        authority["api_passthrough"] = {"Extensions": {"CertificatePolicies": policies}}


@st.composite
def _elsewhere(draw: st.DrawFn, found: dict[str, Any], *, aws: dict[str, Any]) -> None:
    """Draw for some CAs that they exist already, wait for a certificate, or live in another region."""
    parents = {authority.get("parent") for authority in found.values()}
    for number, (key, authority) in enumerate(found.items()):
        kind = draw(st.sampled_from(["here", "here", "external", "pending", "region"]))
        region = aws["region"]
        if kind == "region" and "-gov-" not in region and number > 0:  # the first shows where the stack is
            region = "eu-central-1"
            authority["provider"] = {"region": region}
        if kind == "external" or (kind == "pending" and key not in parents):
            for name in ("validity", "generation", "api_passthrough", "permanent_deletion_time_in_days"):
                authority.pop(name, None)
            authority["activation"] = kind
        if kind == "external":
            authority["arn"] = _ca_arn(region, aws["account_id"], number)
            authority.setdefault("revocation_configuration", {"ocsp_configuration": {"enabled": False}})
        if authority.get("activation") == "pending":
            authority.pop("permissions", None)


def _ca_arn(region: str, account_id: str, number: int) -> str:
    identifier = f"{number:08d}-1111-2222-3333-444444444444"
    return f"arn:{facts.partition(region)}:acm-pca:{region}:{account_id}:certificate-authority/{identifier}"


@st.composite
def _references(draw: st.DrawFn, found: dict[str, Any], *, aws: dict[str, Any]) -> None:
    """Draw CAs that others manage, each as the parent of one CA here."""
    for number, key in enumerate(draw(st.lists(_KEYS.map("ref-{}".format), max_size=2, unique=True)), start=50):
        orphans = [name for name, each in found.items() if each.get("type") == "ROOT" and "activation" not in each]
        if not orphans:
            return
        child = found[draw(st.sampled_from(orphans))]
        child |= {"type": "SUBORDINATE", "parent": key, "path_length": facts.MAX_PATH_LENGTH}
        key_algorithm = draw(st.sampled_from(["RSA_2048", "EC_prime256v1", "EC_secp384r1"]))
        arn = _ca_arn(aws["region"], "999999999999", number)
        found[key] = {"managed": False, "arn": arn, "key_algorithm": key_algorithm}


@cache
def _authority(key_algorithm: str) -> st.SearchStrategy[dict[str, Any]]:
    fitting = [name for name in facts.signing_algorithms(key_algorithm) if name not in facts.INEXPRESSIBLE_VALUES]
    optional = {
        "signing_algorithm": st.sampled_from(fitting),
        "usage_mode": st.sampled_from(get_args(facts.UsageMode)),
        "key_storage_security_standard": st.just("FIPS_140_2_LEVEL_3_OR_HIGHER"),
        "enabled": _TRUE,
        "permanent_deletion_time_in_days": st.integers(7, 30),
        "revocation_configuration": _REVOCATIONS,
        "permissions": _PERMISSIONS,
        "tags": _tags(),
        "deletion_protection": st.booleans(),
        "timeouts": st.just({"create": "5m"}),
        "ignore": _ignores(),
    }
    required = {"key_algorithm": st.just(key_algorithm), "subject": _subjects()}
    return st.fixed_dictionaries(required, optional=optional)


@cache
def _ignores() -> st.SearchStrategy[list[dict[str, str]]]:
    ignore = st.fixed_dictionaries({"rule": st.just("partial-permission"), "reason": texts(min_size=3)})
    return st.lists(ignore, max_size=1)


@st.composite
def _issuers(draw: st.DrawFn, *, authorities: dict[str, Any]) -> dict[str, Any]:
    permitted = [key for key, authority in authorities.items() if authority.get("permissions")]
    own = {
        "templates": st.lists(_TEMPLATES, min_size=1, max_size=3),
        **_chosen(facts.IssuedKeyAlgorithm, Literal["ListCertificateAuthorities", "RevokeCertificate"]),
    }
    grants = [_grants("unmanaged", list(authorities), own)]
    if permitted:
        domains = st.lists(st.from_regex(r"(\*\.)?[a-z0-9-]{1,20}(\.[a-z]{1,8}){1,2}", fullmatch=True), max_size=3)
        chosen = {"domain_names": domains, **_chosen(facts.AcmKeyAlgorithm, ManagedAction)}
        grants.append(_grants("managed", permitted, chosen))
    policy = st.fixed_dictionaries(
        {"name": _words(_NAMES, (1, 20), "NUMBER{}"), "document": st.dictionaries(texts(), values())}
    )
    rights: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
        {"grants": st.lists(st.one_of(grants), min_size=1, max_size=3)}
    )
    rights |= st.fixed_dictionaries({"policy": policy})
    found = {}
    for number, key in enumerate(draw(st.lists(_KEYS, max_size=3, unique=True))):
        optional = {
            "user_name": _words(_NAMES.upper(), (0, 20), f"{number}-{{}}"),
            "path": st.sampled_from(["/", "/pki/", "/a/b/"]),
            "permissions_boundary": st.just("arn:PARTITION:iam::123456789012:policy/boundary"),
            "force_destroy": st.booleans(),
            "tags": _tags(),
            "ignore": _ignores(),
        }
        kind = draw(st.sampled_from(["user", "user", "role", "existing_user", "existing_role"]))
        entry = {**draw(_optional(optional)), **draw(rights)}
        if "policy" in entry:
            entry["policy"] = {**entry["policy"], "name": entry["policy"]["name"].replace("NUMBER", str(number))}
        if any(grant["certificates"] == "managed" for grant in entry.get("grants", ())) and "user_name" in entry:
            entry["user_name"] = entry["user_name"].replace(",", ".")  # a tag of its certificates holds the name
        name = entry.get("user_name", f"{number}-{key}")
        if kind != "user":
            for each in ("user_name", "permissions_boundary", "force_destroy"):
                entry.pop(each, None)
            trust = {"role_name": name, "trust": draw(_trusts())} if kind == "role" else name
            entry[kind] = trust
        found[key] = entry
    return found


def _chosen(keys: Any, actions: Any) -> dict[str, st.SearchStrategy[Any]]:
    """Return what narrows and what widens a grant, from words that a Literal lists."""
    words = {"key_algorithms": keys, "additional_actions": actions}
    return {
        name: st.lists(st.sampled_from(list(get_args(each))), max_size=3, unique=True) for name, each in words.items()
    }


def _grants(
    kind: str, authorities: list[str], more: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[dict[str, Any]]:
    chosen = st.lists(st.sampled_from(authorities), min_size=1, max_size=3, unique=True)
    required = {"certificates": st.just(kind), "certificate_authorities": chosen}
    return st.fixed_dictionaries(required, optional=more)


@cache
def _trusts() -> st.SearchStrategy[dict[str, Any]]:
    accounts = st.lists(_ACCOUNTS, min_size=1, max_size=2, unique=True)
    principals = _ACCOUNTS.map("arn:PARTITION:iam::{}:role/deployer".format)
    services = st.sampled_from(["ec2.amazonaws.com", "lambda.amazonaws.com", "pods.eks.amazonaws.com"])
    oidc = {
        "provider_arn": st.just("arn:PARTITION:iam::123456789012:oidc-provider/token.example"),
        "subjects": st.lists(_words("abc", (1, 5), "repo:corp/{}:*"), min_size=1, max_size=2, unique=True),
    }
    anchor = "arn:PARTITION:rolesanywhere:eu-west-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555"
    anywhere = st.fixed_dictionaries(
        {"trust_anchor_arn": st.just(anchor)}, optional={"common_names": st.lists(_HOSTS, max_size=2, unique=True)}
    )
    return _optional(
        {
            "accounts": accounts,
            "principals": st.lists(principals, max_size=2, unique=True),
            "services": st.lists(services, max_size=3, unique=True),
            "oidc": st.lists(st.fixed_dictionaries(oidc), max_size=2),
            "roles_anywhere": anywhere,
        }
    ).filter(lambda trust: any(trust.values()))


@st.composite
def _duties(draw: st.DrawFn, prefix: str) -> dict[str, Any]:
    settings_ = {"path": st.sampled_from(["/", "/pki/"]), "tags": _tags(), "max_session_duration": st.just(7200)}
    required = {"role_name": _words(_NAMES.upper(), (0, 9), f"{prefix}{{}}"), "trust": _trusts()}
    entry = st.fixed_dictionaries(required, optional=settings_)
    return {key: draw(entry) for key in draw(st.lists(_KEYS, max_size=1))}


@st.composite
def _certificates(draw: st.DrawFn, authorities: dict[str, Any], *, aws: dict[str, Any]) -> dict[str, Any]:
    fitting = {
        key: [name for name in facts.ACM_KEYS if facts.key_family(name) == facts.key_family(each["key_algorithm"])]
        for key, each in authorities.items()
        if each.get("permissions")
    }
    if not fitting:
        return {}
    found: dict[str, Any] = {}
    for key in draw(st.lists(_KEYS, max_size=2, unique=True)):
        authority = draw(st.sampled_from(sorted(fitting)))
        optional = {
            "subject_alternative_names": st.lists(_HOSTS, max_size=3),
            "early_renewal_duration": st.just("P90D"),
            **_acm_arn(authorities[authority], aws, len(found)),
            "tags": _tags(),
        }
        required = {
            "certificate_authority": st.just(authority),
            "domain_name": _HOSTS,
            "key_algorithm": st.sampled_from(fitting[authority]),
        }
        found[key] = draw(st.fixed_dictionaries(required, optional=optional))
    return found


def _acm_arn(authority: dict[str, Any], aws: dict[str, Any], number: int) -> dict[str, st.SearchStrategy[str]]:
    region = authority.get("provider", aws)["region"]
    arn = _ca_arn(region, aws["account_id"], number)
    return {"arn": st.just(arn.replace("acm-pca", "acm").replace("certificate-authority", "certificate"))}


@st.composite
def _shares(draw: st.DrawFn, authorities: dict[str, Any]) -> dict[str, Any]:
    own = [
        key for key, each in authorities.items() if each.get("managed", True) and each.get("activation") != "pending"
    ]
    keys = draw(st.lists(st.sampled_from(own), max_size=2, unique=True)) if own else []
    accounts = st.lists(_ACCOUNTS, min_size=1, max_size=2, unique=True)
    template = {"template": st.sampled_from(facts.SHARED_TEMPLATES)}
    organization = _words(_LOWER, (10, 12), "o-{}")
    entry = st.fixed_dictionaries({"accounts": accounts}, optional={"organization": organization, **template})
    entry |= st.fixed_dictionaries({"organization": organization}, optional=template)
    return {key: draw(entry) for key in keys}


@st.composite
def _buckets(draw: st.DrawFn) -> dict[str, Any]:
    distribution = _words("A0Z", (3, 6), "arn:PARTITION:cloudfront::123456789012:distribution/{}")
    optional = {
        "cloudfront_distribution_arns": st.lists(distribution, max_size=2, unique=True),
        "force_destroy": st.booleans(),
        "tags": _tags(),
    }
    return {
        f"lists-{number}": {"bucket": draw(_words(_LOWER, (3, 9), f"b{number}{{}}")), **draw(_optional(optional))}
        for number in range(draw(st.integers(0, 2)))
    }


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the data of a spec that breaks no rule, over every field that is built."""
    role = st.fixed_dictionaries(
        {"role_arn": st.just("arn:PARTITION:iam::123456789012:role/pki")},
        optional={"external_id": texts(min_size=2), "session_name": _words(_NAMES, (2, 20))},
    )
    aws: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {"region": _REGIONS, "account_id": _ACCOUNTS}, optional={"assume_role": role, "default_tags": _tags()}
        )
    )
    authorities = draw(_authorities())
    draw(_elsewhere(authorities, aws=aws))
    draw(_references(authorities, aws=aws))
    backend = st.dictionaries(_KEYS, st.dictionaries(_ARGUMENTS, values(), max_size=3), min_size=1, max_size=1)
    optional = {"certificate_authority_defaults": _optional({"tags": _tags(), "enabled": _TRUE})}
    data: dict[str, Any] = {
        "version": 1,
        "stack": draw(_words(f"{_LOWER}._-", (0, 20), "0{}")),
        "aws": aws,
        **draw(_optional({"terraform": _optional({"backend": backend | st.none()})})),
        **draw(_optional(optional)),
        "certificate_authorities": authorities,
        "issuers": draw(_issuers(authorities=authorities)),
        "certificates": draw(_certificates(authorities, aws=aws)),
        "shares": draw(_shares(authorities)),
        "crl_buckets": draw(_buckets()),
        "administrators": draw(_duties("admin")),
        "auditors": draw(_duties("audit")),
        "moves": draw(st.sampled_from([{}, {"aws_iam_user.a[0]": 'module.b["x.y"].aws_iam_user.this'}])),
    }
    drawn: dict[str, Any] = _in_partition(data, facts.partition(aws["region"]))
    return drawn


def _in_partition(value: Any, partition: str) -> Any:
    """Return drawn data with a partition's name in its ARNs."""
    if isinstance(value, dict):
        return {key: _in_partition(inner, partition) for key, inner in value.items()}
    if isinstance(value, list):
        return [_in_partition(inner, partition) for inner in value]
    return value.replace("arn:PARTITION:", f"arn:{partition}:") if isinstance(value, str) else value
