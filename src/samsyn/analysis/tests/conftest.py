from hypothesis import settings

# A busy machine is no fault of the arithmetic: speed is measured by the benchmarks.
settings.register_profile("analysis", deadline=None)
settings.load_profile("analysis")
