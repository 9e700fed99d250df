"""Runs every row of the table of errors, and checks that the table has every error of AWS's service model."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from pcaform.sandbox.http.model_validation import service_model
from sandbox.conftest import Pki
from sandbox.refusals import REFUSALS, Row, reason_never

MODEL = service_model("acm-pca")
OPERATIONS = sorted(MODEL.operation_names)
PROVOKED = {(row.operation, row.code) for row in REFUSALS}


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: f"{row.operation}-{row.code}-{row.when}")
def test_refusal(row: Row, pki: Pki) -> None:
    with pytest.raises(ClientError) as caught:
        row.provoke(pki)
    error = caught.value
    assert (error.operation_name, error.response["Error"]["Code"]) == (row.operation, row.code)
    assert error.response["Error"]["Message"]


def test_there_are_23_operations_and_all_have_rows() -> None:
    assert len(OPERATIONS) == 23
    assert {operation for operation, _ in PROVOKED} == set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_declared_error_is_provoked_or_explained(operation: str) -> None:
    declared = {shape.name for shape in MODEL.operation_model(operation).error_shapes}
    provoked = {code for name, code in PROVOKED if name == operation}
    explained = {code for code in declared if reason_never(operation, code)}
    assert provoked | explained >= declared
    assert not provoked & explained
    assert provoked - declared <= {"ValidationException", "InvalidArgsException"}
