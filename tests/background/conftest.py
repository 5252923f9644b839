from collections.abc import Iterator

import pytest

from tests.background.installation import Installation, installation


@pytest.fixture(scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("installation")) as made:
        yield made


@pytest.fixture
def town(_made: Installation) -> Iterator[Installation]:
    """An installation with no messages in it, and no process running."""
    _made.python(
        """
        from samsyn.core.models import AnsweredWrite, Heartbeat, LiveEvent, OutboxMessage, ScheduledJob
        for model in (AnsweredWrite, Heartbeat, LiveEvent, OutboxMessage, ScheduledJob):
            model.objects.all().delete()
        """
    )
    yield _made
    _made.stop()
