"""What was seen, where and when: never who."""

from samsyn.core.personal_data import without_persons

without_persons(
    "observations.observation",
    "observations.observationversion",
    "observations.observationcategory",
    because="texts that name or point out a person are refused; who entered them is a role",
)
