"""Files of this machine: settings, key, data folder, disk; and the name that citizens see."""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

from bot.domain.identity import MIN_KEY_BYTES
from bot.running.checks.findings import Findings, Value, failure, good, reminder
from bot.running.checks.scene import GIB, MIB, Scene
from bot.running.keys import key_path
from bot.settings import Settings

_SETTINGS_READ = good("settings_read")
_ENV_OPEN = reminder("env_file_open")
_ENV_UNKNOWN = reminder("env_file_unknown_names")
_NO_OPERATOR = reminder("operator_not_named")
_OPERATOR = good("operator_named")
_KEY_SHORT = failure("secret_key_short")
_KEY_MISSING = failure("secret_key_missing")
_KEY_SET = good("secret_key_set")
_KEY_FILE = good("secret_key_file")
_KEY_TO_COME = good("secret_key_to_come")
_KEY_FILE_OPEN = reminder("secret_key_file_open")
_KEY_FILE_BAD = failure("secret_key_file_bad")
_DATA_DIR = good("data_dir_writable")
_DATA_DIR_TO_COME = good("data_dir_to_come")
_DATA_DIR_READ_ONLY = good("data_dir_read_only")
_DATA_DIR_CLOSED = failure("data_dir_not_writable")
_OTHER_OWNER = reminder("data_dir_of_another")
_DISK_LOW = reminder("disk_low")
_DISK_FULL = failure("disk_full")

_OTHERS, _ALL_BUT_OWNER = 0o007, 0o077
_SETTING_LINE = re.compile(r"^\s*(?:export\s+)?(TROLY06_\w+)\s*=", re.IGNORECASE | re.MULTILINE)


async def check_settings(scene: Scene) -> Findings:
    """The file of settings, once it could be read."""
    yield _SETTINGS_READ()
    path = scene.env_file
    mode = _mode(path)
    if mode is None:
        return
    if mode & _OTHERS:
        yield _ENV_OPEN(path=path.resolve(), mode=f"{mode:o}")
    if unknown := _unknown_names(path):
        yield _ENV_UNKNOWN(path=path, names=", ".join(unknown))


def _mode(path: Path) -> int | None:
    """The permissions; None for no file, and where files have no such permissions."""
    if os.name != "posix":
        return None
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None


def _unknown_names(path: Path) -> list[str]:
    """Names with our prefix that are no setting; their values are not looked at."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return []
    known = {f"TROLY06_{name.upper()}" for name in Settings.model_fields}
    given = dict.fromkeys(one.upper() for one in _SETTING_LINE.findall(text))
    return [one for one in given if one not in known]


async def check_operator(scene: Scene) -> Findings:
    """Whether the page says who runs it."""
    name = scene.settings.operator_name.strip()
    if name in {"", Settings.model_fields["operator_name"].default}:
        yield _NO_OPERATOR()
    else:
        yield _OPERATOR(name=name)


async def check_secret_key(scene: Scene) -> Findings:
    """The one secret of the installation."""
    given = scene.settings.secret_key.get_secret_value()
    if given:
        is_short = len(given.encode()) < MIN_KEY_BYTES
        yield _KEY_SHORT(count=MIN_KEY_BYTES) if is_short else _KEY_SET()
        return
    if not scene.settings.is_embedded:
        yield _KEY_MISSING()
        return
    path = key_path(scene.settings)
    if not path.exists():
        yield _KEY_TO_COME()
        return
    mode = _mode(path)
    if scene.find_secret_key() is None:
        yield _KEY_FILE_BAD(path=path, count=MIN_KEY_BYTES)
    elif mode is not None and mode & _ALL_BUT_OWNER:
        yield _KEY_FILE_OPEN(path=path, mode=f"{mode:o}")
    else:
        yield _KEY_FILE(path=path)


async def check_data_dir(scene: Scene) -> Findings:
    """Whether things can be kept, and how much more of them."""
    path = scene.settings.data_dir
    if not path.exists():
        parent = next((one for one in path.parents if one.exists()), path)
        can_be_made = parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)
        yield _DATA_DIR_TO_COME(path=path) if can_be_made else _DATA_DIR_CLOSED(path=path)
        return
    if not _is_writable(path):
        if scene.settings.is_embedded:
            yield _DATA_DIR_CLOSED(path=path)
        else:
            yield _DATA_DIR_READ_ONLY(path=path)
        return
    if os.name == "posix" and path.stat().st_uid != os.geteuid():
        yield _OTHER_OWNER(path=path)
    free = shutil.disk_usage(path).free
    values: dict[str, Value] = {"path": path, "free": _amount(free)}
    if free < scene.limits.full_disk_bytes:
        yield _DISK_FULL(**values)
    elif free < scene.limits.low_disk_bytes:
        yield _DISK_LOW(**values)
    else:
        yield _DATA_DIR(**values)


def _is_writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0")
            file.flush()
    except OSError:
        return False
    return True


def _amount(count: int) -> str:
    if count < GIB:
        return f"{count // MIB} MB"
    return f"{count / GIB:.1f} GB".replace(".", ",")
