"""Starting the server as an operator does: what it tells, and what it tells when it cannot."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest

from tests.processes import run_python, serving


@pytest.fixture(scope="module")
def served(app, data_dir, tmp_path_factory):
    """A server with no settings of its own: its address, and what it wrote to standard error."""
    path = tmp_path_factory.mktemp("log") / "stderr"
    with path.open("w", encoding="utf-8") as log, serving(data_dir, log) as address:
        yield address, path


def test_the_address_is_told_when_the_page_can_be_opened(served):
    address, _ = served
    assert httpx.get(address).status_code == httpx.codes.OK


def test_a_taken_port_is_told_with_a_remedy_and_no_address(served, data_dir):
    port = str(urlsplit(served[0]).port)
    result = run_python(data_dir, "-m", "bot", "serve", "--port", port, check=False)
    assert result.returncode == 1
    assert f"Cổng {port} đang có chương trình khác dùng. Hãy" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "arguments", [("--port", "70000"), ("--host", "203.0.113.1"), ("--host", "no such host")]
)
def test_an_impossible_address_is_told_with_a_remedy(app, data_dir, arguments):
    result = run_python(data_dir, "-m", "bot", "serve", *arguments, check=False)
    assert result.returncode == 1
    assert "Không mở được cổng" in result.stderr
    assert "Hãy xem lại --host" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_operator_who_is_not_named_is_told_which_variable_to_set(served):
    assert "Hãy đặt biến TROLY06_OPERATOR_NAME" in served[1].read_text(encoding="utf-8")


def test_a_named_operator_is_told_nothing(app, data_dir, tmp_path):
    with (
        (tmp_path / "stderr").open("w", encoding="utf-8") as log,
        serving(data_dir, log, operator_name="UBND xã A") as address,
    ):
        assert "UBND xã A" in httpx.get(address).text
    assert "TROLY06_OPERATOR_NAME" not in (tmp_path / "stderr").read_text(encoding="utf-8")
