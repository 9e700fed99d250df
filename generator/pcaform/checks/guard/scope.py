"""What a change may concern, computed from the plan: the stack's CAs and all that issues from them or serves them.

A change is in scope where it is of Private CA under any name, or names an object of the stack in what changes. In scope
it is harmless only where a rule or the table of arguments says so; out of scope nothing is said about it.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from pcaform.checks.guard.analysis.revocation import ANSWERS, answered_names, leads_home, normalized, served
from pcaform.checks.guard.arguments import HARMLESS, PRINCIPAL_ARGUMENTS, changed_arguments, decoded, texts_in
from pcaform.checks.guard.context import PlanContext
from pcaform.checks.guard.policy_holders import texts
from pcaform.checks.guard.rule import rules_for
from pcaform.iam.documents import PolicyError, read_statements
from pcaform.iam.rights import is_about_authorities
from pcaform.terraform import resource_types as types
from pcaform.terraform.plan_json import Change, is_marked

_BY_API = re.compile(
    r"(aws|awscc)_(cloudformation_|serverlessapplicationrepository_|cloudcontrolapi_|servicecatalog_provisioned_product)"
)
_API_TYPES = re.compile(r"AWS::(ACMPCA|IAM|SSO|RAM|RolesAnywhere|Organizations)::")
_HIDING = re.compile(r"AWS::(CloudFormation::(Stack|Macro)|Include|Serverless)|Fn::Transform|CAPABILITY_|\\+[ux]")
"""What lets a template make objects that it does not name: other templates, macros, rights for IAM, escapes."""
_ALWAYS = re.compile(r"aws_(ram|organizations|ssoadmin_permissions_boundary|iam_organizations_features)(_|$)")
_HARMLESS = re.compile(
    r"aws_organizations_(account|organizational_unit)|aws_iam_(account_(alias|password_policy)|server_certificate)"
)
_THROUGH: Mapping[str, str] = {
    "aws_rolesanywhere_": "rolesanywhere.amazonaws.com",
    "aws_eks_pod_identity_association": "pods.eks.amazonaws.com",
    "aws_cognito_identity_pool": "cognito-identity.amazonaws.com",
    "aws_identitystore_group_membership": "permission set",
    "aws_ssoadmin_instance_access_control_attributes": "permission set",
    "aws_ssoadmin_trusted_token_issuer": "permission set",
}
"""Kinds that decide who gets a role through a service that its trust policy names, or who gets a permission set."""
_ENDPOINT = "aws_vpc_endpoint"
_CA, _CERTIFICATE = "a CA", "the certificate of a CA"
_SET = "permission set"
_SERVING = "what serves revocation"
_RECORDS = re.compile(
    r"aws_(ssm_parameter|cloudfront_realtime_log_config|cloudwatch_(composite_alarm|dashboard|event_rule|log_(group|metric_filter|stream)|metric_alarm"
    r"|query_definition)|config_(aggregate_.*|config_rule|organization_.*_rule)|resourcegroups_.*|budgets_budget"
    r"|dynamodb_table_item|secretsmanager_secret_version|sns_topic|accessanalyzer_.*)|local_.*|random_.*|time_.*"
    r"|consul_keys|(datadog|grafana|newrelic|pagerduty)_.*"
    r"|(github|gitlab)_.*variable"
)
"""Kinds that only record or watch what they name."""
_ASKS = re.compile(
    r"aws_(msk_.*|appmesh_.*|vpclattice_.*|lb_.*|alb_.*|transfer_.*|iot_.*|ec2_client_vpn_.*|eks_addon|apigateway.*"
    r"|rds_.*|db_.*|cloudwatch_.*|s3_(bucket_)?object.*|lambda_function|ecs_.*)|kubernetes_.*|helm_release"
)
"""Kinds that ask the CA that they name for certificates, or check certificates of it."""
_GRANTS_TO = re.compile(
    r"aws_(?!iam_|ssoadmin_|organizations_|acmpca_|ram_|cloudfront_|dlm_).*_policy|aws_kms_(key|grant)"
    r"|aws_lambda_permission|aws_s3_(bucket_)?object.*"
)
"""Kinds that give rights on other objects to the principal that they name, or only have its name in them."""
_BESIDE = re.compile(
    r"aws_(?!iam_|ssoadmin_|organizations_|acmpca_|ram_|s3).*_policy|aws_kms_grant|aws_lambda_permission"
)
"""Kinds that change nothing about the bucket or the distribution that they name."""
_NAMING = re.compile(r".*(dns|record)|(?!aws_).*_zone")
"""Kinds whose name is that of what they answer for."""
_OF_FRONTS = re.compile("aws_(cloudfront|route53)_")
_CONDITION_TAG = re.compile(r'aws:(?:Principal|Resource)Tag/([^"}]+)', re.IGNORECASE)
_OTHER_RECORDS = re.compile(r"_(txt|mx|caa|srv|ptr)_")
_OF_ZONE = re.compile(r"zone|^domain(_id|_name)?$")
_ZONE_NAMES = ("zone", "name", "dns_name", "domain")
_VALUES = ("id", "type", "content", "value", "target", "record", "data", "rdata", "ttl")
"""Arguments of a record that are not its name."""
_KEY = re.compile(r"\[[^\]]*\]")
_IDENTITY = re.compile(r"\.(arn|id|name|unique_id)$")
_HOST = re.compile(r"(?:https?:/)?/*(?P<host>[\w*-]+(?:\.[\w-]+)+)\.?(?:[:/].*)?")
_ID_INSIDE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}$")
_TOKEN = re.compile(r"[^\s\"'\\,;\[\]{}()<>|]+")
_LABELS = frozenset((*HARMLESS, "comment", "name", "name_prefix"))
"""Arguments in which a name is a coincidence."""


@dataclass(frozen=True, eq=False)
class Scope:
    """What a plan is about."""

    context: PlanContext

    def reason(self, change: Change) -> str:
        """Return why a change is in scope, as a sentence; empty where it is not, or changes labels only."""
        kind = re.sub("^awscc_", "aws_", change.type)
        if change.is_updated and changed_arguments(change) <= {
            *HARMLESS,
            *(("comment", "ttl") if _NAMING.match(kind) else ()),
        }:
            return ""
        if change.type.startswith((types.ACMPCA_PREFIX, "awscc_acmpca_")):
            return "it is of AWS Private CA"
        if _BY_API.match(change.type):
            return self._by_api(change)
        if not self.names or (_HARMLESS.fullmatch(kind) and change.before.get("id") not in self._accounts):
            return ""
        if self._leads_there(change, kind):
            return "issuers reach AWS Private CA by it"
        if not rules_for(change.type) and self._decides(kind):
            return "it decides who may use the CAs of this stack"
        if change.type.startswith("awscc_iam_") and any(map(self.context.holders.gives, texts_in(change.after))):
            return "it gives rights over CAs"
        own = next((self.names[name] for name in _own_names(change) if name in self.names), "")
        own = own or (_SERVING if self._serves(change, kind) else "")
        return f"it is about {own}" if own else self._named(change, kind) or self._provisioned(change)

    def condition_tag(self, change: Change) -> str:
        """Return a tag that an update changes and on which a policy on CAs has a condition; empty for none."""
        if not change.is_updated:
            return ""
        old, new = (values.get("tags_all") or values.get("tags") or {} for values in (change.before, change.after))
        keys = (key for key in sorted({*old, *new}) if old.get(key) != new.get(key))
        return next((key for key in keys if key.lower() in self._condition_tags), "")

    @cached_property
    def _condition_tags(self) -> frozenset[str]:
        """The tags of principals and resources that are in conditions of policies on CAs, before or after."""
        objects = [each.values for each in self.context.of(*types.POLICIES)]
        objects += [change.after for change in self.context.changes_of(*types.POLICIES)]
        found = [text for values in objects for text in texts(values).values() if "Tag/" in text]
        return frozenset(
            key.lower() for text in found if is_about_authorities(text) for key in _CONDITION_TAG.findall(text)
        )

    def _provisioned(self, change: Change) -> str:
        """Tell what of the stack the scripts name that run where an object is made or destroyed."""
        if change.is_updated:
            return ""
        for expression in self.context.files.provisioners(change.address):
            tokens = _TOKEN.findall(str(expression.get("constant_value", "")))
            word = next((self.names[each] for each in tokens if self.names.get(each) in (_CA, _CERTIFICATE)), "")
            targets = self.context.files.targets(expression, change.address) or ()
            if word or any(types.ACMPCA_PREFIX in each for each in targets):
                return f"a script that runs with it names {word or _CA}"
        return ""

    def _serves(self, change: Change, kind: str) -> bool:
        """Tell whether an object is one that serves revocation, or a part of one, by any of its own arguments."""
        own = (each for name, each in change.before.items() if name == "id" or name not in _LABELS or "." in str(each))
        ids = served(self.context).ids
        is_own = any(isinstance(each, str) and each in ids for each in own)
        parts = [change.before.get("arn"), change.before.get("id") if _OF_FRONTS.match(kind) else None]
        return not _RECORDS.fullmatch(kind) and (is_own or not served(self.context).mentioned.isdisjoint(parts))

    def _leads_there(self, change: Change, kind: str) -> bool:
        """Tell whether a change is about the way to Private CA: its endpoint in a network, or its region."""
        values = change.after or change.before
        endpoints = (each.values for each in self.context.of(_ENDPOINT))
        ids = [each.get("id") for each in endpoints if str(each.get("service_name")).endswith(".acm-pca")]
        is_own = str(values.get("service_name")).endswith(".acm-pca") and bool(change.before or values.get("policy"))
        if kind == "aws_account_region":
            return any(name.split(":")[3:4] == [values.get("region_name")] for name in self.names)
        return kind.startswith(_ENDPOINT) and (is_own or values.get("vpc_endpoint_id") in ids)

    def _decides(self, kind: str) -> bool:
        """Tell whether a kind decides who may use CAs, whomever and whatever it names."""
        through = (name for prefix, name in _THROUGH.items() if kind.startswith(prefix))
        return _ALWAYS.match(kind) is not None or any(name in self.names for name in through)

    @cached_property
    def _accounts(self) -> frozenset[str]:
        """The accounts of the CAs."""
        return frozenset(part for name, word in self.names.items() if word == _CA for part in name.split(":")[4:5])

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What names an object of the stack, with what it is in words; empty for a stack that has nothing of CAs."""
        found: dict[str, str] = {}
        for kind, word in ((types.AUTHORITY, _CA), (types.CERTIFICATE, _CERTIFICATE)):
            existing = [each.values for each in self.context.of(kind)]
            for values in (*existing, *(change.after for change in self.context.changes_of(kind))):
                found |= {str(values[name]): word for name in ("arn", "id") if values.get(name)}
        found |= dict.fromkeys(self.context.read, _CA)
        found |= {each: _CA for arn in found for each in _ID.findall(arn)}
        for change in self.context.changes_of(types.IAM_USER, types.IAM_ROLE, types.IAM_GROUP):
            if self.context.holders.is_holder(change):
                found |= _names_of_principal(change)
        policies = (str(each.values.get("arn")) for each in self.context.of(types.IAM_POLICY))
        for each in self.context.of("aws_ram_resource_association"):
            if each.values.get("resource_arn") in found:
                found[str(each.values.get("resource_share_arn"))] = "a share of CAs"
        found |= dict.fromkeys(served(self.context).ids, _SERVING)
        found |= {arn: "a policy on CAs" for arn in policies if self.context.holders.concerns(arn)}
        sets = (who.removeprefix(f"{_SET} ") for who in self.context.holders.named if who.startswith(_SET))
        found |= {name: "a permission set that may use CAs" for each in sets for name in (each, _SET)}
        return found

    def _by_api(self, change: Change) -> str:
        """Tell what a template or a call of another API makes; one that is not in the plan may make anything."""
        text = json.dumps([change.before, change.after], ensure_ascii=False)
        if _API_TYPES.search(text):
            return "it makes objects of AWS Private CA, or decides who may use them, by another API"
        bodies = ("type_name",) if "cloudcontrol" in change.type else ("template_body",)
        is_hidden = _HIDING.search(text) or not any(
            values.get(name) for values in (change.before, change.after) for name in bodies
        )
        return "what its template makes is not in the plan" if is_hidden and self.names else self._named(change, "")

    def _named(self, change: Change, kind: str) -> str:
        """Tell which object of the stack a change names in what changes of it; empty for none that matters."""
        if _RECORDS.fullmatch(kind):
            return ""
        is_record = _NAMING.match(kind) is not None
        tops = (changed_arguments(change) - _LABELS) | ({"name"} if is_record else set())
        is_elsewhere = is_record and not kind.startswith("aws_")
        if is_elsewhere and (name := self._answered(change, kind)):
            return f"it answers, or may answer, for {name}, where revocation is looked up"
        for token, word in (*self._words(change, tops), *self._referred(change, tops)):
            harmless = {_CA: _ASKS, _CERTIFICATE: _ASKS, _SERVING: _BESIDE}.get(word, _GRANTS_TO)
            is_plain = ":" not in token and token in self.names
            is_other_name = word.endswith("that may use CAs") and is_plain and not kind.startswith("aws_")
            is_other_name |= is_elsewhere and word == _SERVING
            if not is_other_name and not harmless.fullmatch(kind):
                return f"it names {word}, '{token}'"
        return ""

    def _words(self, change: Change, tops: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield the names of objects of the stack in some arguments, plain or encoded, with what they are of."""
        sides = (change.before, change.after)
        for text in (text for values in sides for top in tops for text in texts_in(values.get(top))):
            plain = decoded(text)
            tokens = (text, text.rstrip("."), *_TOKEN.findall(plain), *_ID_INSIDE.findall(plain))
            is_url = not change.type.startswith("aws_")
            hosts = (match["host"] for each in tokens if is_url and (match := _HOST.fullmatch(each)))
            for token in (*tokens, *(each.partition("/")[0] for each in tokens if each.startswith("arn:")), *hosts):
                if token in self.names:
                    yield token, self.names[token]

    def _referred(self, change: Change, tops: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield the objects of the stack that arguments refer to whose values are known only after the apply."""
        unknown = [top for top in tops if is_marked(change.unknown.get(top))]
        for name in self.context.files.mentioned(change.address, unknown) if unknown else ():
            address = _KEY.sub("", name)
            for each in (address, address.rpartition(".")[0] if _IDENTITY.search(address) else ""):
                if each in self._addresses:
                    yield name, self._addresses[each]

    @cached_property
    def _addresses(self) -> Mapping[str, str]:
        """The addresses of CAs and of principals that may use them, without the keys of instances."""
        found = [(each.address, _CA) for each in self.context.of(types.AUTHORITY)]
        found += [(each.address, _CA) for each in self.context.changes_of(types.AUTHORITY)]
        principals = self.context.changes_of(types.IAM_USER, types.IAM_ROLE, types.IAM_GROUP)
        found += [(each.address, _may_use(each)) for each in principals if self.context.holders.is_holder(each)]
        return {_KEY.sub("", address): word for address, word in found}

    def _answered(self, change: Change, kind: str) -> str:
        """Return the name of revocation for which a record at another provider answers, or may, and not by its home."""
        values, names = change.after or change.before, served(self.context).names
        form = str(values.get("type") or values.get("record_type") or "CNAME")
        if form not in ANSWERS or _OTHER_RECORDS.search(kind):
            return ""
        zones = {normalized(str(each)) for name, each in values.items() if _OF_ZONE.search(name)} - {""}
        own = {normalized(each) for name, each in values.items() if not _OF_ZONE.search(name) and name not in _VALUES}
        known = {name for each in zones for name in self._zones.get(each, (each,) if "." in each else ())}
        whole = {*own, *(f"{one}.{zone}" for one in own for zone in {*zones, *known})}
        found = answered_names({"aliases": sorted(whole), "type": form}, names)
        if change.is_destroyed and "zone" in kind:
            found += [each for each in names if f".{each}".endswith(tuple(f".{one}" for one in own | zones if one))]
        if zones and not known:
            found += [each for each in names for one in own if one and (one == "*" or each.startswith(f"{one}."))]
        texts = [each for each in texts_in(values) if normalized(each) != next(iter(found), "")]
        is_home = change.is_created and any(leads_home({"records": [each]}, self.context) for each in texts)
        return found[0] if found and not is_home else ""

    @cached_property
    def _zones(self) -> Mapping[str, list[str]]:
        """The names of the zones of other providers, by id."""
        found: dict[str, list[str]] = {}
        for kind in self.context.resources:
            for each in self.context.of(kind) if "zone" in kind or "domain" in kind else ():
                names = [normalized(value) for name, value in each.values.items() if name in _ZONE_NAMES]
                found.setdefault(normalized(str(each.values.get("id"))), []).extend(filter(None, names))
        return found


def _own_names(change: Change) -> Iterator[str]:
    """Yield the ARN of an object, that of the CA that its certificate is of, or whom an object of IAM is about."""
    names = ["certificate_authority_arn" if change.type == types.ACM_CERTIFICATE else "arn"]
    names += PRINCIPAL_ARGUMENTS if change.type.startswith("aws_iam_") else ()
    yield from texts_in([values.get(name) for values in (change.before, change.after) for name in names])


def _may_use(change: Change) -> str:
    return f"a {change.type.removeprefix('aws_iam_')} that may use CAs"


def _names_of_principal(change: Change) -> Iterator[tuple[str, str]]:
    """Yield the names of a principal, and of the providers and services that its trust policy lets in."""
    word = _may_use(change)
    for values in (change.before, change.after):
        yield from ((str(values[name]), word) for name in ("arn", "name", "unique_id") if values.get(name))
        yield f":{change.type.removeprefix('aws_iam_')}/{values.get('name')}", word  # after a variable of a template
        try:
            trusting = read_statements(values.get("assume_role_policy") or "{}")
        except PolicyError:
            continue
        for kind, name in (each for statement in trusting for each in statement.principals or ()):
            if kind in ("Federated", "Service"):
                host = name.rpartition(":oidc-provider/")[2]
                yield from ((each, "a role that may use CAs trusts it") for each in (name, host, f"https://{host}"))
