# Written by pcaform from activations.yaml. Do not edit: change that file and render again.

import {
  to = module.ca_legacy.aws_acmpca_certificate_authority.this
  id = "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/11111111-2222-3333-4444-555555555555"
}

import {
  to = module.certificate_known.aws_acm_certificate.this
  id = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-888888888888"
}

moved {
  from = module.ca_old-policy
  to   = module.ca_policy
}

moved {
  from = module.ca_old-policy_certificate_g3
  to   = module.ca_policy_certificate_g3
}

moved {
  from = module.ca_old-policy_certificate_g4
  to   = module.ca_policy_certificate_g4
}

moved {
  from = module.issuer_old-ci
  to   = module.issuer_ci
}

moved {
  from = aws_acmpca_permission.acm["$${x}"]
  to   = module.acm_permission_issuing.aws_acmpca_permission.this
}

moved {
  from = module.pki["eu.a \"q\""].aws_acmpca_certificate_authority.ca[0]
  to   = module.ca_root.aws_acmpca_certificate_authority.this
}

removed {
  from = module.ca_policy_certificate

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_policy_certificate_g2

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_old-policy_certificate

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_old-policy_certificate_g2

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_legacy_certificate

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_old-issuing

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.acm_permission_old-issuing

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_share_old-issuing

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ssm_parameter_old-issuing

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_old-issuing_certificate

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_old-root

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.acm_permission_old-root

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_share_old-root

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ssm_parameter_old-root

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_old-root_certificate

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_old-root_certificate_g2

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.ca_old-root_certificate_g3

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.certificate_old

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.crl_bucket_old

  lifecycle {
    destroy = false
  }
}

removed {
  from = module.issuer_old

  lifecycle {
    destroy = false
  }
}
