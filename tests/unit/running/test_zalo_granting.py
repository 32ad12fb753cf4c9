"""What an administrator is told whose grant does not come about."""

from __future__ import annotations

import pytest

from bot.cli.wording import tell_fault
from bot.domain.errors import ConfigError
from bot.running.zalo_granting import grant_zalo_oa
from bot.settings import Settings

OA = "5500550055005500550"


@pytest.fixture
def settings(tmp_path):
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        public_url="https://tro-ly.example",
        zalo_app_id="4400440044004400440",
        zalo_app_secret="BI-MAT-DE-THU",
        zalo_oa_id=OA,
        zalo_oa_secret_key="KHOA-DE-THU",
        # Nobody listens on the port of "discard".
        zalo_oa_oauth_url="http://127.0.0.1:9",
    )


@pytest.mark.parametrize(
    ("pasted", "code"),
    [
        ("", "zalo_grant_nothing_pasted"),
        ("https://tro-ly.example/", "zalo_grant_nothing_pasted"),
        (f"https://tro-ly.example/?oa_id={OA[::-1]}&code=abc", "zalo_grant_other_account"),
        (f"https://tro-ly.example/?oa_id={OA}&code=abc", "zalo_grant_no_connection"),
    ],
)
async def test_each_way_to_fail_says_what_to_do(settings, pasted, code):
    with pytest.raises(ConfigError) as told:
        await grant_zalo_oa(settings, lambda link: pasted, lambda: None)
    assert told.value.code == code
    assert "chạy lại lệnh này" in tell_fault(told.value)
