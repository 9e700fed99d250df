"""Spellings of a backend's settings that are one state, and settings that are two."""

from typing import Any

import pytest

from pcaform.terraform.state_location import state_identity, state_location

Settings = dict[str, Any]
BUCKET = {"bucket": "b"}
BLOB = {"container_name": "c", "key": "k"}
SAME: list[tuple[str, Settings, Settings]] = [
    ("s3", {**BUCKET, "key": "a/k"}, {**BUCKET, "key": "/a/k", "region": "eu-west-1", "workspace_key_prefix": "w"}),
    ("gcs", BUCKET, {**BUCKET, "prefix": ""}),
    ("gcs", {**BUCKET, "prefix": "a/b"}, {**BUCKET, "prefix": "/a//b/"}),
    ("cos", BUCKET, {**BUCKET, "prefix": "", "key": "terraform.tfstate"}),
    ("cos", {**BUCKET, "prefix": "a/b", "key": "c"}, {**BUCKET, "prefix": "a", "key": "b/c"}),
    ("oss", BUCKET, {**BUCKET, "prefix": "env:", "key": "terraform.tfstate"}),
    ("oss", {**BUCKET, "prefix": "a"}, {**BUCKET, "prefix": "./a/"}),
    (
        "azurerm",
        {"container_name": "c", "key": "k", "storage_account_name": "Ab"},
        {"container_name": "c", "key": "k", "storage_account_name": "ab"},
    ),
    ("kubernetes", {"secret_suffix": "s"}, {"secret_suffix": "s", "namespace": "default"}),
    ("consul", {"path": "a/b"}, {"path": "a/b/", "address": "127.0.0.1:8500"}),
    ("consul", {"path": "a", "address": "CONSUL.example:8500"}, {"path": "a", "address": "http://consul.example:8500"}),
    ("http", {"address": "https://ex.example/a"}, {"address": "HTTPS://EX.example.:443/a"}),
    ("http", {"address": "http://ex.example"}, {"address": "http://ex.example:80/"}),
    ("pg", {"conn_str": "c"}, {"conn_str": "c", "schema_name": "terraform_remote_state"}),
    (
        "pg",
        {"conn_str": "postgres://u@DB.example/x?sslmode=require"},
        {"conn_str": "postgresql://db.example:5432/x"},
    ),
    ("remote", {"workspaces": {"name": "a"}}, {"workspaces": {"name": "a"}, "hostname": "App.Terraform.io"}),
    ("local", {}, {"path": "./terraform.tfstate"}),
    ("local", {"path": "../x.tfstate"}, {"path": "/stacks/x.tfstate"}),
]
OTHER: list[tuple[str, Settings, Settings]] = [
    ("s3", {**BUCKET, "key": "a"}, {**BUCKET, "key": "A"}),
    ("gcs", {**BUCKET, "prefix": "a"}, {**BUCKET, "prefix": "a/b"}),
    ("cos", {**BUCKET, "prefix": "env:"}, BUCKET),
    ("oss", {**BUCKET, "prefix": ""}, BUCKET),
    ("azurerm", BLOB, {**BLOB, "key": "K"}),
    ("azurerm", {**BLOB, "storage_account_name": "a"}, {**BLOB, "storage_account_name": "b"}),
    ("kubernetes", {"secret_suffix": "s"}, {"secret_suffix": "s", "namespace": "pki"}),
    ("consul", {"path": "a"}, {"path": "b"}),
    ("http", {"address": "https://ex.example/a"}, {"address": "https://ex.example/A"}),
    ("http", {"address": "https://ex.example/a"}, {"address": "http://ex.example/a"}),
    ("http", {"address": "https://ex.example/a?state=1"}, {"address": "https://ex.example/a?state=2"}),
    ("pg", {"conn_str": "postgres://db/x"}, {"conn_str": "postgres://db/y"}),
    ("pg", {"conn_str": "host=db dbname=x"}, {"conn_str": "host=db dbname=y"}),
    ("pg", {"conn_str": "postgres://db/x"}, {"conn_str": "postgres://db/x", "schema_name": "pki"}),
    ("local", {"path": "x.tfstate"}, {"path": "../x.tfstate"}),
]
UNKNOWN: list[tuple[str, Settings]] = [
    ("s3", {"bucket": "b"}),
    ("http", {}),
    ("pg", {"schema_name": "a"}),
    ("kubernetes", {"namespace": "a"}),
    ("remote", {"organization": "o"}),
]


def identity(kind: str, settings: Settings) -> tuple[str, ...] | None:
    return state_identity(*state_location({kind: settings}), "/stacks/one")


@pytest.mark.parametrize(("kind", "one", "two"), SAME)
def test_spellings_of_one_state_are_one(kind: str, one: Settings, two: Settings) -> None:
    assert identity(kind, one) == identity(kind, two) is not None


@pytest.mark.parametrize(("kind", "one", "two"), OTHER)
def test_other_states_are_told_apart(kind: str, one: Settings, two: Settings) -> None:
    assert identity(kind, one) != identity(kind, two)


@pytest.mark.parametrize(("kind", "settings"), UNKNOWN)
def test_a_partial_backend_does_not_tell_its_state(kind: str, settings: Settings) -> None:
    assert identity(kind, settings) is None


@pytest.mark.parametrize("address", ["http://[", "http://a:b", "https://a:99999", "", "://"])
def test_an_address_that_is_no_url_has_an_identity_too(address: str) -> None:
    assert identity("http", {"address": f"x{address}"}) is not None
    assert identity("pg", {"conn_str": f"'{address}"}) is not None
