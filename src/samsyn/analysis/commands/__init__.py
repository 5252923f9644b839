"""What each `samsyn analyse NAME` does: one module a method, named as the method, over what `base` shares."""
