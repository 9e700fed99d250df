# Written by pcaform from duties.yaml. Do not edit: change that file and render again.

removed {
  from = module.administrator_former

  lifecycle {
    destroy = false
  }
}
