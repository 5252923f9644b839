import subprocess
import sys

from tests.architecture.support import PACKAGE, ROOT


def test_apps_import_only_downwards_and_analysis_knows_no_django() -> None:
    # In a process of its own: the linter sets the log up anew, and switches off every logger of the tests beside it.
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_app_has_its_settings_entry() -> None:
    from django.conf import settings

    apps = {f"samsyn.{file.parent.name}" for file in PACKAGE.glob("*/apps.py")}
    assert apps == {name for name in settings.INSTALLED_APPS if name.startswith("samsyn.")}
