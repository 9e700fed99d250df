"""A CloudFront distribution, and other values of its arguments that are judged."""

from typing import Any

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
DISTRIBUTION: dict[str, Any] = {
    "enabled": True,
    "wait_for_deployment": False,
    "origin": [{"origin_id": "lists", "domain_name": "bucket-1.s3.eu-west-1.amazonaws.com"}],
    "default_cache_behavior": [
        {
            "target_origin_id": "lists",
            "viewer_protocol_policy": "allow-all",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            "forwarded_values": [{"query_string": False, "cookies": [{"forward": "none"}]}],
        }
    ],
    "restrictions": [{"geo_restriction": [{"restriction_type": "none"}]}],
    "viewer_certificate": [{"cloudfront_default_certificate": True}],
}
CHANGED: dict[str, Any] = {
    "aliases": ["crl.example"],
    "origin[0].domain_name": "bucket-2.s3.eu-west-1.amazonaws.com",
    "viewer_certificate": [{"acm_certificate_arn": CERTIFICATE, "ssl_support_method": "sni-only"}],
    "logging_config": [{"bucket": "logs.s3.amazonaws.com"}],
}
