"""What stands for things that Terraform has not made yet: ARNs and certificates as plain text, the same in both specs.

A CA's ARN has its key as id; a key that was renamed stands under its old name, so that nothing seems to change by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pcaform.core import facts
from pcaform.render.plan.cas import pem_files
from pcaform.spec.cas import Reference
from pcaform.spec.stack import Spec
from pcaform.terraform import hcl_writer, module_names
from pcaform.terraform.hcl_writer import Call, StackFile


@dataclass(frozen=True, slots=True)
class Placeholders:
    """How one spec's things are called: `arns` by the CA's key, `known` from ARNs that are written to those of `arns`.

    `outputs` are the texts for what module calls hand on, by their path, `files` those of the certificates that were
    signed elsewhere, by their path in the stack, and `moved` the old names of module calls by their new ones.
    """

    arns: Mapping[str, str]
    known: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)

    def settled(self, value: Any) -> Any:
        """Return an argument of a module call as the provider would get it, references as the texts for them."""
        if isinstance(value, Mapping):
            return {key: self.settled(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.settled(inner) for inner in value]
        if isinstance(value, hcl_writer.Reference):
            return self.outputs.get(value.path) or self._output(value.path)
        if isinstance(value, StackFile):
            return self.files.get(value.path, value.path)
        if isinstance(value, Call):
            return self.settled(value.argument)
        return self.known.get(value, value) if isinstance(value, str) else value

    def _output(self, path: str) -> str:
        """Return the text for another output of a module call, under the name that the call had before."""
        _, call, output = path.split(".")
        return output_of(self.moved.get(call, call), output)


def output_of(call: str, output: str) -> str:
    """Return the text that stands for what only Terraform knows."""
    return f"({output} of module.{call})"


def placeholder(spec: Spec, name: str, *, region: str | None = None) -> str:
    """Return the ARN that stands for a CA."""
    place = region or spec.aws.region
    return f"arn:{facts.partition(place)}:acm-pca:{place}:{spec.aws.account_id}:certificate-authority/{name}"


def build_placeholders(
    spec: Spec,
    *,
    before: Spec | None = None,
    moved: Mapping[str, str] | None = None,
    again: frozenset[str] = frozenset(),
) -> Placeholders:
    """Return how a spec's things are called.

    `before` is the spec that it is compared with, `moved` maps the module calls that were renamed to their old names,
    `again` are the keys of the CAs that are made anew: these are others.
    """
    stems = {key: _stem(key, before, moved or {}) for key in spec.certificate_authorities}
    arns = {key: placeholder(spec, f"{stem}-anew" if key in again else stem) for key, stem in stems.items()}
    known = _known(spec, before, stems, arns)
    arns |= {key: known.get(each.arn, each.arn) for key, each in _references(spec)}
    return Placeholders(arns, known, dict(_outputs(spec, arns)), pem_files(spec), moved or {})


def _known(spec: Spec, before: Spec | None, stems: Mapping[str, str], arns: Mapping[str, str]) -> dict[str, str]:
    """Return what stands for each ARN that is written: one that a key had before stays with it, and with it only."""
    earlier = before.certificate_authorities if before is not None else {}
    known = {each.arn: placeholder(spec, key) for key, each in earlier.items() if each.arn}
    for key, each in spec.certificate_authorities.items():
        old = earlier.get(stems[key])
        if each.arn and (old is None or old.arn is None):
            known.setdefault(each.arn, arns[key])
    return known


def _references(spec: Spec) -> Iterator[tuple[str, Reference]]:
    every = spec.certificate_authorities.items()
    return ((key, each) for key, each in every if isinstance(each, Reference))


def _outputs(spec: Spec, arns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the outputs that name a CA or a bucket, whichever call hands them on."""
    for key, arn in arns.items():
        yield f"module.{module_names.ca(key)}.arn", arn
        yield f"module.{module_names.ca(key)}.active_arn", arn
        yield f"module.{module_names.permission(key)}.certificate_authority_arn", arn
    for key, bucket in spec.crl_buckets.items():
        yield f"module.{module_names.crl_bucket(key)}.bucket", bucket.bucket or key


def _stem(key: str, before: Spec | None, moved: Mapping[str, str]) -> str:
    old = moved.get(module_names.ca(key), "").removeprefix("ca_")
    return old if before is not None and old in before.certificate_authorities else key
