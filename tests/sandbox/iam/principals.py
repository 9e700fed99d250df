"""Callers of a sandbox that enforces IAM: users with access keys, and assumed roles."""

from __future__ import annotations

import json
from typing import Any

from pcaform.sandbox.server import Sandbox
from sandbox.conftest import ACCOUNT


def policy_document(*statements: dict[str, Any]) -> str:
    full = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": full})


class User:
    """An IAM user with one inline policy and an access key."""

    count = 0

    def __init__(self, sandbox: Sandbox, *statements: dict[str, Any], boundary: str | None = None) -> None:
        User.count += 1
        self.name, self.sandbox, self.iam = f"user-{User.count}", sandbox, sandbox.client("iam")
        more = {"PermissionsBoundary": boundary} if boundary else {}
        self.arn = self.iam.create_user(UserName=self.name, **more)["User"]["Arn"]
        if statements:
            self.iam.put_user_policy(UserName=self.name, PolicyName="p", PolicyDocument=policy_document(*statements))
        key = self.iam.create_access_key(UserName=self.name)["AccessKey"]
        self.key = {"access_key_id": key["AccessKeyId"], "secret_access_key": key["SecretAccessKey"]}

    def client(self, service: str) -> Any:
        return self.sandbox.client(service, **self.key)


def trust_policy(principal: str, **condition: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}
    more = {"Condition": condition} if condition else {}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | more]})


def create_role(
    sandbox: Sandbox, name: str, *statements: dict[str, Any], trust_policy: str, account: str = ACCOUNT
) -> str:
    iam = sandbox.client("iam", account_id=account)
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust_policy)["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy_document(*statements))
    return str(arn)


def assume_role(sts: Any, arn: str, **more: Any) -> dict[str, str]:
    credentials = sts.assume_role(RoleArn=arn, RoleSessionName="run", **more)["Credentials"]
    return {
        "access_key_id": credentials["AccessKeyId"],
        "secret_access_key": credentials["SecretAccessKey"],
        "session_token": credentials["SessionToken"],
    }
