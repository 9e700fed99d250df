"""Terraform's providers, installed once for the whole corpus."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conftest import Offline
from sandbox.terraform.corpus import STAGES
from terraform_steps import init_once


@pytest.fixture(scope="session")
def terraform_init(offline: Offline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory in which `terraform init` has run."""
    directory = tmp_path_factory.mktemp("initialised")
    shutil.copy(STAGES / "before" / "versions.tf", directory)
    init_once(offline(directory))
    return directory
