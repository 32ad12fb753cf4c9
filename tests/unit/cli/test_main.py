"""What whoever mistypes a command is told."""

from __future__ import annotations

import pytest

from bot.cli.main import main


@pytest.mark.parametrize(
    ("typed", "help_command"),
    [
        ([], "python -m bot --help"),
        (["frobnicate"], "python -m bot --help"),
        (["channel", "off", "zalo"], "python -m bot channel --help"),
        (["backup"], "python -m bot backup --help"),
        (["doctor", "thừa"], "python -m bot --help"),
    ],
)
def test_who_mistypes_a_command_is_told_in_vietnamese_how_it_is_typed(typed, help_command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(typed)
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("Cách gõ: python -m bot ")
    assert told.rstrip().endswith(help_command)
    assert "error" not in told
    assert "usage" not in told
