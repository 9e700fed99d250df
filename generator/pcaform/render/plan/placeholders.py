"""Placeholders for values that are unknown before apply: ARNs and certificates as plain text, equal in two specs.

A CA's placeholder ARN has the CA's key as its id; a renamed CA keeps its old key there, so that a rename alone does not
look like a change.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pcaform.core import facts
from pcaform.render.plan.cas import pem_files
from pcaform.spec.cas import Reference
from pcaform.spec.stack import Spec
from pcaform.terraform import hcl_writer, module_names
from pcaform.terraform.hcl_writer import Call, StackFile


@dataclass(frozen=True, slots=True)
class Placeholders:
    """The placeholders of one spec: `arns` by the CA's key, `by_real_arn` from an ARN in the spec to its placeholder.

    `outputs` maps paths of module outputs to their texts, `files` maps paths in the stack to the certificates that were
    signed elsewhere, and `moved` maps new names of module calls to their old ones.
    """

    arns: Mapping[str, str]
    by_real_arn: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """Return an argument of a module call as the provider would get it, with placeholders for references."""
        if isinstance(value, Mapping):
            return {key: self.resolve(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolve(inner) for inner in value]
        if isinstance(value, hcl_writer.Reference):
            _, call, output = value.path.split(".")
            return self.outputs.get(value.path) or output_placeholder(self.moved.get(call, call), output)
        if isinstance(value, StackFile):
            return self.files.get(value.path, value.path)
        if isinstance(value, Call):
            return self.resolve(value.argument)
        return self.by_real_arn.get(value, value) if isinstance(value, str) else value


def output_placeholder(call: str, output: str) -> str:
    """Return the placeholder of an output that only Terraform knows."""
    return f"({output} of module.{call})"


def ca_placeholder(spec: Spec, name: str, *, region: str | None = None) -> str:
    """Return the placeholder ARN of a CA."""
    ca_region = region or spec.aws.region
    return f"arn:{facts.partition(ca_region)}:acm-pca:{ca_region}:{spec.aws.account_id}:certificate-authority/{name}"


def build_placeholders(
    spec: Spec,
    *,
    before: Spec | None = None,
    moved: Mapping[str, str] | None = None,
    recreated: frozenset[str] = frozenset(),
) -> Placeholders:
    """Return the placeholders of a spec.

    `before` is the spec that it is compared with, `moved` maps renamed module calls to their old names, `recreated` are
    the keys of the CAs that are created again and so get new placeholders.
    """
    old_keys = {key: _old_key(key, before, moved or {}) for key in spec.certificate_authorities}
    arns = {key: ca_placeholder(spec, f"{old}-anew" if key in recreated else old) for key, old in old_keys.items()}
    by_real_arn = _map_real_arns(spec, before, old_keys, arns)
    references = {key: ca.arn for key, ca in spec.certificate_authorities.items() if isinstance(ca, Reference)}
    arns |= {key: by_real_arn.get(arn, arn) for key, arn in references.items()}
    return replace(placeholders_of(spec, arns), by_real_arn=by_real_arn, moved=moved or {})


def placeholders_of(spec: Spec, arns: Mapping[str, str]) -> Placeholders:
    """Return the placeholders of a spec whose CAs have these ARNs, by their keys."""
    return Placeholders(arns, outputs=dict(_list_outputs(spec, arns)), files=pem_files(spec))


def _map_real_arns(
    spec: Spec, before: Spec | None, old_keys: Mapping[str, str], arns: Mapping[str, str]
) -> dict[str, str]:
    """Map each ARN in the spec to its placeholder; an ARN that had a key before keeps that key's placeholder."""
    earlier = before.certificate_authorities if before is not None else {}
    by_real_arn = {ca.arn: ca_placeholder(spec, key) for key, ca in earlier.items() if ca.arn}
    for key, ca in spec.certificate_authorities.items():
        old = earlier.get(old_keys[key])
        if ca.arn and (old is None or old.arn is None):
            by_real_arn.setdefault(ca.arn, arns[key])
    return by_real_arn


def _list_outputs(spec: Spec, arns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield path and text of each module output that is the ARN of a CA or the name of a bucket."""
    for key, arn in arns.items():
        yield f"module.{module_names.ca(key)}.arn", arn
        yield f"module.{module_names.ca(key)}.active_arn", arn
        yield f"module.{module_names.permission(key)}.certificate_authority_arn", arn
    for key, bucket in spec.crl_buckets.items():
        yield f"module.{module_names.crl_bucket(key)}.bucket", bucket.bucket or key


def _old_key(key: str, before: Spec | None, moved: Mapping[str, str]) -> str:
    old = module_names.ca_key(moved.get(module_names.ca(key), ""))
    return old if before is not None and old in before.certificate_authorities else key
