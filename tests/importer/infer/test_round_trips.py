"""Round trips of generated specs: the state after an apply is imported as the same spec, in all fields of a state."""

from typing import Any

from hypothesis import example, given, settings

from importer.infer.strategies import state_of
from pcaform.importer.infer.infer import infer
from pcaform.importer.infer.keys import ExistingKeys
from pcaform.render.normal_form import differing_fields
from pcaform.rules.load import load_valid_text
from pcaform.sources import tfstate
from pcaform.spec.stack import Spec
from pcaform.spec.yaml_writer import dump
from spec.strategies import specs
from spec.test_yaml_writer import yaml_of

DRAWN = settings().max_examples


def spec_of(data: dict[str, Any]) -> Spec:
    return load_valid_text(yaml_of(data).encode(), "spec.yaml")


def names_of_references(spec: Spec) -> ExistingKeys:
    """Return the keys of unmanaged CAs, which a state does not have."""
    references = [(each.arn, key) for key, each in spec.certificate_authorities.items() if not each.managed]
    return ExistingKeys(cas={arn: key for arn, key in references if arn is not None})


OVERRIDDEN: dict[str, Any] = {
    "version": 1,
    "stack": "s",
    "aws": {"region": "eu-west-1", "account_id": "123456789012", "default_tags": {"env": "prod", "tags": ""}},
    "certificate_authorities": {
        "root": {
            "type": "ROOT",
            "key_algorithm": "RSA_2048",
            "subject": {"common_name": "Root"},
            "validity": {"type": "YEARS", "value": 9},
            "tags": {"env": "prod"},
        }
    },
}
"""A default tag that is not visible, next to one with the name of an argument."""


@example(OVERRIDDEN)
@settings(max_examples=DRAWN // 2)
@given(specs())
def test_state_is_imported_as_the_same_spec(data: dict[str, Any]) -> None:
    spec = spec_of(data)
    (found,) = infer(tfstate.read(state_of(spec), "state"), stack=spec.stack, existing=names_of_references(spec))
    assert found.left_out == ()
    assert differing_fields(spec, found.spec, "state") == []
    assert load_valid_text(dump(found.spec).encode(), "spec.yaml") == found.spec
    assert found.spec.moves == {}


def test_what_a_disabled_ca_has_signed_is_imported_as_issued() -> None:
    below = {"type": "SUBORDINATE", "key_algorithm": "RSA_2048", "validity": {"type": "YEARS", "value": 5}}
    issued = {"generation": 2, "issued_generation": 2}
    ca = OVERRIDDEN["certificate_authorities"]["root"]
    data = {
        **OVERRIDDEN,
        "certificate_authorities": {
            "awake": {**ca, "subject": {"common_name": "Awake"}},
            "one": {**below, "parent": "root", "path_length": 1, "subject": {"common_name": "One"}, **issued},
            "root": {**ca, "enabled": False, "issued_generation": 1},
            "two": {
                **below,
                "parent": "one",
                "subject": {"common_name": "Two"},
                "validity": {"type": "YEARS", "value": 3},
            },
        },
    }
    spec = spec_of(data)
    (found,) = infer(tfstate.read(state_of(spec), "state"), stack=spec.stack)
    assert {key: ca.issued_generation for key, ca in found.spec.managed.items()} == {
        "awake": None,
        "one": 2,
        "root": 1,
        "two": None,
    }
