"""boto3 clients that ignore the environment variables and the ~/.aws of the caller's machine."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.loaders import Loader

# One attempt: a local server that does not answer will not answer the second time. No proxy: setting `proxies`, even
# to nothing, keeps botocore from reading HTTP_PROXY.
_CONFIG = Config(proxies={}, retries={"total_max_attempts": 1}, max_pool_connections=32)


def create_isolated_client(
    service: str,
    *,
    endpoint_url: str,
    region: str,
    access_key_id: str,
    secret_access_key: str,
    session_token: str | None = None,
) -> Any:
    """Create a client for `endpoint_url` with these credentials, independent of the environment."""
    session: Any = boto3.Session(botocore_session=_create_isolated_session(), region_name=region)
    return session.client(
        service,
        endpoint_url=endpoint_url,
        aws_access_key_id=access_key_id,
        aws_secret_access_key=secret_access_key,
        aws_session_token=session_token,
        config=_CONFIG,
    )


def _create_isolated_session() -> botocore.session.Session:
    """Create a session in which every setting has its default and is read from no variable and no file."""
    settings = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    for name in ("config_file", "credentials_file"):
        settings[name] = (None, None, os.devnull, None)
    session = botocore.session.Session(session_vars=settings)
    session.register_component("data_loader", _models())
    return session


@cache
def _models() -> Loader:
    """Return the service models, which all clients share: reading them takes most of the time of making a client."""
    return Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
