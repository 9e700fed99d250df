"""Terraform files that cannot be read completely, each with its message."""

PROVIDER = 'provider "aws" {\n  region              = "eu-west-1"\n  allowed_account_ids = ["123456789012"]\n}\n'
NONE = "no private CA in the source: there is nothing to import"


def authority(line: str = "", name: str = "root") -> str:
    """Return a CA with an additional line, the third of the block."""
    return f"""\
resource "aws_acmpca_certificate_authority" "{name}" {{
  type = "ROOT"
  {line}
  certificate_authority_configuration {{
    key_algorithm     = "EC_prime256v1"
    signing_algorithm = "SHA256WITHECDSA"
    subject {{
      common_name = "Root"
    }}
  }}
}}
"""


def nested(opening: str, closing: str, depth: int) -> str:
    return f"locals {{\n  a = {opening * depth}1{closing * depth}\n}}\n"


FAILURES: dict[str, tuple[str | bytes, str]] = {
    "twice the equals sign": ("locals {\n  a = = 1\n}\n", "main.tf:2:7: unexpected '='"),
    "an unfinished value": ("locals {\n  a = 1 +\n}\n", "main.tf:2:10: this value is incomplete"),
    "no value": ("locals {\n  a =\n}\n", "main.tf:2:6: a value is missing here"),
    "two on a line": ("locals {\n  a = 1 b = 2\n}\n", "main.tf:2:9: unexpected 'b'"),
    "two in a block of one line": ("locals { a = 1 b = 2 }\n", "main.tf:1:16: unexpected 'b'"),
    "two blocks on a line": (
        'variable "a" {} variable "b" {}\n',
        "main.tf:1:17: unexpected 'variable': start a new line after a block",
    ),
    "a label without a block": (
        'resource "a"\n',
        "main.tf:1:13: unexpected end of the line: 'resource' needs '=' and a value, or labels and '{'",
    ),
    "a template as a label": (
        'resource "${a}" "b" {}\n',
        "main.tf:1:10: unexpected '\"${a}\"': 'resource' needs '=' and a value, or labels and '{'",
    ),
    "a string that never ends": (
        'locals {\n  a = "x\n}\n',
        "main.tf:2:7: this string is never closed: '\"' is missing before the end of its line",
    ),
    "an interpolation that never ends": (
        'locals {\n  a = "${x"\n}\n',
        "main.tf:2:11: this string is never closed: '\"' is missing before the end of its line",
    ),
    "a block that never ends": ("locals {\n  a = 1\n", "main.tf:1:8: '{' is never closed"),
    "a heredoc that never ends": (
        "locals {\n  a = <<EOT\nx\n}\n",
        "main.tf:2:7: this heredoc is never closed: no line contains only 'EOT'",
    ),
    "a comment that never ends": ("/* x\nlocals {}\n", "main.tf:1:1: this comment is never closed: '*/' is missing"),
    "the wrong bracket": ("locals {\n  a = [1}\n", "main.tf:2:9: '}' does not match the '[' in line 2"),
    "a bracket too many": ("locals {\n}\n}\n", "main.tf:3:1: '}' has no matching opening bracket"),
    "single quotes": (
        "locals {\n  a = 'x'\n}\n",
        "main.tf:2:7: invalid character ''': write strings in \"double quotes\"",
    ),
    "a control character": (
        "locals {\n  a = \x01\n}\n",
        "main.tf:2:7: invalid character 'U+0001'",
    ),
    "an invalid escape": (
        'locals {\n  a = "\\x"\n}\n',
        "main.tf:2:8: '\\x' is not an escape sequence: use \\n \\r \\t \\\" \\\\ \\uXXXX \\UXXXXXXXX",
    ),
    "half a surrogate pair": (
        'locals {\n  a = "\\ud800"\n}\n',
        "main.tf:2:8: '\\ud800' is not an escape sequence: use \\n \\r \\t \\\" \\\\ \\uXXXX \\UXXXXXXXX",
    ),
    "not UTF-8": (b"locals {\n  a = \xff\n}\n", "main.tf:2:7: invalid UTF-8 byte 0xff: save the file as UTF-8"),
    "UTF-16": ("locals {}\n".encode("utf-16"), "main.tf:1:1: invalid UTF-8 byte 0xff: save the file as UTF-8"),
    "lists too deep": (nested("[", "]", 200), "main.tf:2:106: nested too deeply: at most 100 levels are allowed"),
    "templates too deep": (
        nested('"${', '}"', 200),
        "main.tf:2:308: nested too deeply: at most 100 levels are allowed",
    ),
    "blocks too deep": (
        "a {\n" * 200 + "}\n" * 200,
        "main.tf:101:3: nested too deeply: at most 100 levels are allowed",
    ),
    "a very long sum": (
        f"locals {{\n  a = {'1 + ' * 3000}1\n}}\n",
        "main.tf:2:7: this value is too long or nested too deeply: split it into locals",
    ),
    "a resource without a name": (
        'resource "aws_acmpca_certificate_authority" {\n}\n',
        "main.tf:1:1: 'resource \"aws_acmpca_certificate_authority\"' has 1 labels, but needs its type and its name",
    ),
    "an undefined provider": (
        PROVIDER + authority("provider = aws.west"),
        "main.tf:7: no provider block configures 'aws.west': add it, or correct the alias",
    ),
    "a provider that has to be evaluated": (
        PROVIDER + authority("provider = aws.west[each.key]"),
        "main.tf:7: the provider reference cannot be evaluated: write aws.ALIAS",
    ),
    "a value outside of any block": (
        "a = 1\n",
        "main.tf:1:1: 'a' is outside of any block: move it into 'locals' or a .tfvars file",
    ),
    "an argument twice": (
        authority("type = 1"),
        "main.tf:3:3: 'type' is set twice, first in line 2: remove one of the two",
    ),
    "a resource twice": (
        authority() + authority(),
        (
            'main.tf:12:1: \'resource "aws_acmpca_certificate_authority" "root"\' is declared twice, first in '
            "main.tf:1: remove one of the two"
        ),
    ),
    "a local value twice": (
        "locals {\n  a = 1\n}\nlocals {\n  a = 1\n}\n",
        "main.tf:5:3: 'a' is set twice, first in main.tf:2: remove one of the two",
    ),
    "a provider twice": (
        PROVIDER + PROVIDER,
        (
            "main.tf:5:1: 'provider \"aws\"' is configured twice, first in main.tf:1: remove one of the two, "
            "or give each its own alias"
        ),
    ),
    "a module that is not there": (
        'module "ca" {\n  source = "./nowhere"\n}\n',
        "main.tf:1:1: there is no directory './nowhere' for this module",
    ),
    "a module that calls itself": ('module "ca" {\n  source = "./"\n}\n', "main.tf:1:1: module 'ca' calls itself"),
    "no region": (authority(), "no provider block sets a region: set it with '--region'"),
    "a provider without a region": (
        'provider "aws" {}\n' + authority(),
        "main.tf:1: this provider block sets no region: set it with '--region'",
    ),
    "a region that is not known": (
        'provider "aws" {\n  region = var.region\n}\nvariable "region" {}\n' + authority(),
        (
            "main.tf:1: this provider block sets no region, since var.region has no value (set it with '--var-file'): "
            "set it with '--region'"
        ),
    ),
    "no account": (
        'provider "aws" {\n  region = "eu-west-1"\n}\n' + authority(),
        "main.tf:1: this provider block sets no single account: set it with '--account-id'",
    ),
    "no private CA": (PROVIDER, NONE),
    "a CA of another provider": (
        f'{PROVIDER}\nresource "awscc_acmpca_certificate_authority" "root" {{}}',
        (
            f"{NONE}. Not imported:\n  awscc_acmpca_certificate_authority.root: a spec becomes resources of the "
            "provider aws: 'pcaform import aws' reads the CA itself, whatever made it"
        ),
    ),
}
UNKNOWN = {
    "a variable without a value": ("var.x", 'variable "x" {}', "var.x has no value (set it with '--var-file')"),
    "no such variable": ("var.x", "", "there is no variable 'x'"),
    "no such local value": ("local.x", "", "there is no local.x"),
    "values in a circle": ("local.a", "locals {\n  a = local.b\n  b = local.a\n}", "it refers to itself"),
    "no such resource": ("aws_x.y.z", "", "there is no aws_x.y"),
    "a data source": (
        "data.aws_ssm_parameter.x.value",
        'data "aws_ssm_parameter" "x" {}',
        "data.aws_ssm_parameter.x.value is read from AWS",
    ),
    "what AWS chooses": (
        "aws_kms_key.x.arn",
        'resource "aws_kms_key" "x" {}',
        "aws_kms_key.x.arn is known only after creation",
    ),
    "a function of the current time": ("timestamp()", "", "pcaform does not evaluate timestamp()"),
    "a function that does not exist": ("nosuch(1)", "", "pcaform does not evaluate nosuch()"),
    "a function with wrong arguments": ('tonumber("x")', "", "tonumber() cannot be evaluated with these arguments"),
    "a for over an unknown value": (
        "[for each in var.x : each]",
        'variable "x" {}',
        "var.x has no value (set it with '--var-file')",
    ),
    "two types of values": (
        'true ? { a = 1, b = "x" } : {}',
        "",
        "values of different types are combined here",
    ),
    "lists that look alike": (
        "tolist([1]) == [1]",
        "",
        "whether two lists or objects are equal depends on their types too",
    ),
    "a directive": ('"%{ if true }x%{ endif }"', "", "pcaform does not evaluate template directives such as %{ if }"),
    "too many digits": ("1 / 3", "", "pcaform does not evaluate '/' with these operands"),
    "a workspace": ("terraform.workspace", "", "'terraform.workspace' depends on where and how Terraform runs"),
    "a file that is not there": ('file("nowhere.txt")', "", "'nowhere.txt' cannot be read as text"),
    "a file outside": (
        'file("/etc/passwd")',
        "",
        "pcaform does not read files outside of the configuration's directory",
    ),
    "a file outside, relative": (
        'file("${path.module}/../x")',
        "",
        "pcaform does not read files outside of the configuration's directory",
    ),
}
HOW_MANY = {
    "count": ("count = var.x", "var.x has no value (set it with '--var-file')"),
    "for_each": ("for_each = toset([var.x])", "var.x has no value (set it with '--var-file')"),
    "for_each of a resource's": ("for_each = aws_kms_key.x.tags_all", "there is no aws_kms_key.x"),
    "count of no number": ('count = "a"', "'count' must be a whole number from 0 to 10000"),
    "count beyond reason": ("count = 1000000000", "'count' must be a whole number from 0 to 10000"),
    "for_each of a number": ("for_each = 1", "'for_each' must be a map or a set of strings"),
}
