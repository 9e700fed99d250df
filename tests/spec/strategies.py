"""Whole specs that break no rule, as Hypothesis draws them."""

from typing import Any

from hypothesis import strategies as st

from pcaform.core import facts
from spec.strategies_cas import KINDS, elsewhere, references, tell_apart, trees
from spec.strategies_principals import issuers, operator_roles
from spec.strategies_text import ACCOUNTS, HOSTS, KEYS, LOWER, NAMES, TRUE, ca_arn, some_of, tags, words
from yaml_strategies import texts

_PLAIN = st.sampled_from(["bucket", "key", "region", "use_lockfile", "shared_config_files"])
_S3_OBJECTS = {"assume_role": ["role_arn", "tags"], "endpoints": ["s3", "sts"]}
_REGIONS = st.sampled_from(["eu-west-1", "us-east-1", "us-gov-west-1", "ap-southeast-2"])


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
    for key in draw(st.lists(KEYS, max_size=2, unique=True)):
        authority = draw(st.sampled_from(sorted(fitting)))
        optional = {
            "subject_alternative_names": st.lists(HOSTS, max_size=3),
            "early_renewal_duration": st.just("P90D"),
            **_acm_arn(authorities[authority], aws, len(found)),
            "tags": tags(),
        }
        required = {
            "certificate_authority": st.just(authority),
            "domain_name": HOSTS,
            "key_algorithm": st.sampled_from(fitting[authority]),
        }
        found[key] = draw(st.fixed_dictionaries(required, optional=optional))
    return found


def _acm_arn(authority: dict[str, Any], aws: dict[str, Any], number: int) -> dict[str, st.SearchStrategy[str]]:
    region = authority.get("provider", aws)["region"]
    arn = ca_arn(region, aws["account_id"], number)
    return {"arn": st.just(arn.replace("acm-pca", "acm").replace("certificate-authority", "certificate"))}


@st.composite
def _shares(draw: st.DrawFn, authorities: dict[str, Any], *, account: str) -> dict[str, Any]:
    own = [
        key for key, each in authorities.items() if each.get("managed", True) and each.get("activation") != "pending"
    ]
    keys = draw(st.lists(st.sampled_from(own), max_size=2, unique=True)) if own else []
    accounts = st.lists(ACCOUNTS.filter(lambda other: other != account), min_size=1, max_size=2, unique=True)
    template = {"template": st.sampled_from(facts.SHARED_TEMPLATES)}
    organization = words(LOWER, (10, 12), "o-{}")
    entry = st.fixed_dictionaries({"accounts": accounts}, optional={"organization": organization, **template})
    entry |= st.fixed_dictionaries({"organization": organization}, optional=template)
    return {key: draw(entry) for key in keys}


_DISTRIBUTIONS = words("A0Z", (3, 6), "arn:PARTITION:cloudfront::123456789012:distribution/{}")
_BUCKET = some_of(
    {
        "cloudfront_distribution_arns": st.lists(_DISTRIBUTIONS, max_size=2, unique=True),
        "distribution": st.fixed_dictionaries(
            {},
            optional={
                "acm_certificate_arn": st.just(
                    "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
                ),
                "log_bucket": words(LOWER, (3, 9)),
            },
        ),
        "force_destroy": st.booleans(),
        "tags": tags(),
    }
) | some_of({"content": st.just("audit_reports"), "force_destroy": st.booleans()})


@st.composite
def _buckets(draw: st.DrawFn) -> dict[str, Any]:
    return {
        f"lists-{number}": {"bucket": draw(words(LOWER, (3, 9), f"b{number}{{}}")), **draw(_BUCKET)}
        for number in range(draw(st.integers(0, 2)))
    }


_ROLES = st.fixed_dictionaries(
    {"role_arn": st.just("arn:PARTITION:iam::123456789012:role/pki")},
    optional={"external_id": words(f"{NAMES}:/", (2, 20)), "session_name": words(NAMES, (2, 20))},
)
_IGNORED = st.lists(words(NAMES, (1, 9), "zz-{}"), max_size=2, unique=True)
_OF_PROVIDERS = {
    "ignore_tags": some_of({"keys": _IGNORED, "key_prefixes": _IGNORED}),
    "profile": texts().filter(bool),
    "use_fips_endpoint": st.booleans(),
}
_AWS = st.fixed_dictionaries(
    {"region": _REGIONS, "account_id": ACCOUNTS},
    optional={"assume_role": _ROLES, "default_tags": tags(), **_OF_PROVIDERS},
)
_LEAVES = texts() | st.booleans() | st.none() | st.integers(-(10**18) + 1, 10**18 - 1)
_OBJECTS = some_of(
    {
        name: st.dictionaries(st.sampled_from(keys), _LEAVES | st.dictionaries(texts(), _LEAVES, max_size=2))
        for name, keys in _S3_OBJECTS.items()
    }
)
_PLAIN_ARGUMENTS = st.dictionaries(_PLAIN, _LEAVES | st.lists(_LEAVES, max_size=3), max_size=3)
_BACKENDS = st.builds(lambda plain, objects: {"s3": {**plain, **objects}}, _PLAIN_ARGUMENTS, _OBJECTS)
_CLOUDS = st.fixed_dictionaries(
    {
        "organization": words(NAMES, (1, 9)),
        "workspaces": st.fixed_dictionaries({"name": words(NAMES, (1, 9))}, optional={"project": words(NAMES, (1, 9))}),
    },
    optional={"hostname": st.just("tfe.corp.example")},
)
_HEADS = some_of(
    {
        "terraform": st.one_of(
            some_of({"backend": _BACKENDS | st.none(), "extra_files": st.just(["cloud.tf", "own/main.tf"])}),
            st.fixed_dictionaries({"cloud": _CLOUDS}),
        ),
        "certificate_authority_defaults": some_of({"tags": tags(), "enabled": TRUE}),
    }
)


_OF_ACCOUNT = ("region", "account_id", "default_tags")


@st.composite
def specs(draw: st.DrawFn, *, is_new: bool = False) -> dict[str, Any]:
    """Draw the data of a spec that breaks no rule, over every field that is built.

    A new one names no CA or certificate that exists already, none of others, and nothing about Terraform's own state.
    """
    aws: dict[str, Any] = draw(_AWS)
    authorities = draw(trees())
    draw(elsewhere(authorities, aws=aws, kinds=("here", "here", "region") if is_new else KINDS))
    if not is_new:
        draw(references(authorities, aws=aws))
    tell_apart(authorities)
    data: dict[str, Any] = {
        "version": 1,
        "stack": draw(words(f"{LOWER}._-", (0, 20), "0{}")),
        "aws": aws,
        **draw(_HEADS),
        "certificate_authorities": authorities,
        "issuers": draw(issuers(authorities=authorities)),
        "certificates": draw(_certificates(authorities, aws=aws)),
        "shares": draw(_shares(authorities, account=aws["account_id"])),
        "crl_buckets": draw(_buckets()),
        "administrators": draw(operator_roles("admin")),
        "auditors": draw(operator_roles("audit")),
        "moves": draw(st.sampled_from([{}, _moves(authorities)])),
    }
    if is_new:
        data = {**data, "terraform": {}, "moves": {}, "aws": {name: aws[name] for name in _OF_ACCOUNT if name in aws}}
        data["certificates"] = {key: {**each, "arn": None} for key, each in data["certificates"].items()}
    if is_new or facts.partition(aws["region"]) != "aws":  # CloudFront is not in each of them
        buckets = data["crl_buckets"].items()
        data["crl_buckets"] = {key: {**each, "distribution": None} for key, each in buckets}
    drawn: dict[str, Any] = _in_place(data, facts.partition(aws["region"]), aws["account_id"])
    return drawn


def _moves(authorities: dict[str, Any]) -> dict[str, str]:
    """Return a move of one CA that the stack makes, from an address with keys of both kinds."""
    key = next(key for key, each in authorities.items() if each.get("managed") is not False)
    kind = "aws_acmpca_certificate_authority"
    return {f'module.b["x.y"].{kind}.a[0]': f"module.ca_{key}.{kind}.this"}


def _in_place(value: Any, partition: str, account: str) -> Any:
    """Return drawn data with a partition's name and the stack's account in its ARNs."""
    if isinstance(value, dict):
        return {key: _in_place(inner, partition, account) for key, inner in value.items()}
    if isinstance(value, list):
        return [_in_place(inner, partition, account) for inner in value]
    if not isinstance(value, str) or "arn:PARTITION:" not in value:
        return value
    return value.replace("arn:PARTITION:", f"arn:{partition}:").replace(":123456789012:", f":{account}:")
