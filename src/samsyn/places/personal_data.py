"""Areas are about no person."""

from samsyn.core.personal_data import without_persons

without_persons("places.area", because="outlines and names of areas")
without_persons("places.building", because="names and addresses of buildings, never of those who live there")
