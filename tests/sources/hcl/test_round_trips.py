"""Drawn spec -> its stack, without what only pcaform writes -> the same spec, in all fields that files carry."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, reject, settings

from pcaform.core.problems import Failure
from pcaform.core.unicode import nfc
from pcaform.importer.infer.infer import InferredSpec, infer
from pcaform.importer.infer.keys import ExistingKeys, existing_keys
from pcaform.importer.merge.merge import ImportResult, merge
from pcaform.render.normal_form import differing_fields
from pcaform.rules.load import load_valid_text
from pcaform.sources.hcl.providers import Options
from pcaform.sources.hcl.read import read
from pcaform.sources.inventory import Inventory
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_writer import dump
from sources.hcl.rendered_stack import render_plain
from spec.strategies import specs
from spec.test_yaml_writer import yaml_of

DRAWN = settings().max_examples


def without_distributions(data: dict[str, Any]) -> dict[str, Any]:
    """Return a drawn spec as files can tell it: the policy beside a distribution has an ARN that no file has."""
    buckets = {key: {**bucket, "distribution": None} for key, bucket in data.get("crl_buckets", {}).items()}
    return {**nfc(data), "crl_buckets": nfc(buckets)}


def spec_of(text: bytes) -> Spec:
    """Return a drawn spec; after Unicode normalization, as Terraform does it, a text may break a rule."""
    try:
        return load_valid_text(text, "spec.yaml")
    except Failure:
        reject()


def inventory_of(spec: Spec) -> Inventory:
    with tempfile.TemporaryDirectory() as directory:
        return read(str(render_plain(spec, Path(directory))), Options())


def imported(spec: Spec, known: ExistingKeys) -> InferredSpec:
    (found,) = infer(inventory_of(spec), stack=spec.stack, existing=known)
    return found


def names_of_references(spec: Spec) -> ExistingKeys:
    """Return the keys of CAs that are not managed here: no file has them."""
    references = [(each.arn, key) for key, each in spec.certificate_authorities.items() if not each.managed]
    return ExistingKeys(cas={arn: key for arn, key in references if arn is not None})


@settings(max_examples=DRAWN // 3)
@given(specs().map(without_distributions))
def test_files_give_the_same_spec_back(data: dict[str, Any]) -> None:
    spec = spec_of(yaml_of(data).encode())
    found = imported(spec, names_of_references(spec))
    notes = {(each.kind, each.address) for each in found.notes if each.kind not in ("unknown", "ignored")}
    assert notes == {("ambiguous", new) for new in spec.moves.values()}  # no file shows whether that is applied
    assert differing_fields(spec, found.spec, "hcl") == []
    assert load_valid_text(dump(found.spec).encode(), "spec.yaml") == found.spec
    assert found.spec.moves == {}


@settings(max_examples=DRAWN // 3)
@given(specs().map(without_distributions))
def test_files_change_nothing_in_the_spec_that_they_were_rendered_from(data: dict[str, Any]) -> None:
    text = yaml_of(data).encode()
    spec = spec_of(text)
    found = imported(spec, existing_keys(spec))
    result = merge(
        text, "spec.yaml", found=ImportResult(found.spec, "hcl", is_complete=True), last=None, read=str.encode
    )
    assert result.decisions == ()
    assert result.content == text
