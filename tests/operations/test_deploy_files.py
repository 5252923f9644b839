"""The examples for a town's own server are right by the tools that will read them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(file.name for file in DEPLOY.iterdir() if file.suffix in {".service", ".timer"})


def _tool(name: str, package: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is missing")
        pytest.skip(f"{name} saknas: installera paketet {package}")
    return found


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as they would stand on a server, with the program where it is here."""
    program = tmp_path / "samsyn"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        text = text.replace("/opt/samsyn/.venv/bin/samsyn", str(program))
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_systemd_finds_no_fault_in_the_units(installed: Path) -> None:
    analyse = _tool("systemd-analyze", "systemd")
    done = subprocess.run(
        [analyse, "verify", "--man=no", *(str(installed / name) for name in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if any(name in line for name in UNITS)]
    assert done.returncode == 0, done.stderr
    assert not said


def test_systemd_does_find_faults(installed: Path) -> None:
    analyse = _tool("systemd-analyze", "systemd")
    broken = installed / UNITS[0]
    broken.write_text(broken.read_text(encoding="utf-8").replace("Type=", "Tipe=").replace("ExecStart=", "ExecStrat="))
    done = subprocess.run([analyse, "verify", "--man=no", str(broken)], capture_output=True, text=True, check=False)
    assert done.returncode != 0 or "Unknown key name" in done.stderr


def _nginx(config: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    nginx = _tool("nginx", "nginx-light")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(certificate),
         "-days", "2", "-subj", "/CN=trygg.example.org"],
        check=True,
        capture_output=True,
    )  # fmt: skip
    config = re.sub(r"ssl_certificate .*;", f"ssl_certificate {certificate};", config)
    config = re.sub(r"ssl_certificate_key .*;", f"ssl_certificate_key {key};", config)
    config = re.sub(r"error_log \S+", f"error_log {tmp_path}/error.log", config)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{config}\n}}\n", encoding="utf-8")
    return subprocess.run([nginx, "-t", "-q", "-c", str(whole)], capture_output=True, text=True, check=False)


def test_nginx_finds_no_fault_in_its_example(tmp_path: Path) -> None:
    done = _nginx((DEPLOY / "nginx.conf").read_text(encoding="utf-8"), tmp_path)
    faults = [line for line in done.stderr.splitlines() if "[warn]" in line or "[emerg]" in line]
    assert (done.returncode, faults) == (0, [])


def test_nginx_does_find_faults(tmp_path: Path) -> None:
    config = (DEPLOY / "nginx.conf").read_text(encoding="utf-8").replace("proxy_pass", "proxy_pas", 1)
    assert _nginx(config, tmp_path).returncode != 0


def test_the_proxy_keeps_no_address_of_a_visitor() -> None:
    config = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    servers = config.split("server {")[1:]
    assert len(servers) >= 2
    assert all("access_log off;" in server for server in servers)
    assert "X-Forwarded-For $remote_addr" in config
    assert "proxy_add_x_forwarded_for" not in config
