"""What Hypothesis draws in all tests: texts, values, damaged files and whole valid specs; and how many it draws.

HYPOTHESIS_PROFILE chooses: `quick` while working, `default`, `long` over night.
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


@cache
def _tags() -> st.SearchStrategy[dict[str, str]]:
    letters = st.characters(categories=["L", "N", "Zs"], include_characters="_.:/=+-@")
    keys = st.text(letters, min_size=1, max_size=128).filter(lambda key: not key.lower().startswith("aws:"))
    return st.dictionaries(keys, st.text(letters, max_size=256), max_size=3)


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
        if is_short:
            found[key].pop("permissions", None)
        room[key] = 0 if is_short else facts.MAX_PATH_LENGTH + 1
        if parent is None:
            found[key]["type"] = "ROOT"
            continue
        room[key] = 0 if is_short else draw(st.integers(0, room[parent] - 1))
        found[key] |= {"type": "SUBORDINATE", "parent": parent}
        if room[key] or draw(st.booleans()):
            found[key]["path_length"] = room[key]
    return found


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
    policy = st.fixed_dictionaries({"name": _words(_NAMES, (1, 20)), "document": st.dictionaries(texts(), values())})
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
        found[key] = {**draw(_optional(optional)), **draw(rights)}
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


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw the data of a spec that breaks no rule, over every field that is built."""
    authorities = draw(_authorities())
    role = st.fixed_dictionaries(
        {"role_arn": st.just("arn:PARTITION:iam::123456789012:role/pki")},
        optional={"external_id": texts(min_size=2), "session_name": _words(_NAMES, (2, 20))},
    )
    aws = st.fixed_dictionaries(
        {"region": _REGIONS, "account_id": _ACCOUNTS}, optional={"assume_role": role, "default_tags": _tags()}
    )
    backend = st.dictionaries(_KEYS, st.dictionaries(_ARGUMENTS, values(), max_size=3), min_size=1, max_size=1)
    optional = {"certificate_authority_defaults": _optional({"tags": _tags(), "enabled": _TRUE})}
    data = {
        "version": 1,
        "stack": draw(_words(f"{_LOWER}._-", (0, 20), "0{}")),
        "aws": draw(aws),
        **draw(_optional({"terraform": _optional({"backend": backend | st.none()})})),
        **draw(_optional(optional)),
        "certificate_authorities": authorities,
        "issuers": draw(_issuers(authorities=authorities)),
    }
    partition = facts.partition(data["aws"]["region"])
    for holder in [data["aws"].get("assume_role", {}), *data["issuers"].values()]:
        for name in {"role_arn", "permissions_boundary"} & set(holder):
            holder[name] = holder[name].replace("PARTITION", partition)
    return data
