import pytest
from importlinter.cli import lint_imports

from tests.architecture.support import PACKAGE, ROOT


def test_apps_import_only_downwards_and_analysis_knows_no_django(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code = lint_imports(no_cache=True)
    assert code == 0, capsys.readouterr().out


def test_every_app_has_its_settings_entry() -> None:
    from django.conf import settings

    apps = {f"samsyn.{file.parent.name}" for file in PACKAGE.glob("*/apps.py")}
    assert apps == {name for name in settings.INSTALLED_APPS if name.startswith("samsyn.")}
