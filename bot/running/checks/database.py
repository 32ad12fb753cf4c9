"""The database: whether it is there, of this version, writable, and at our time."""

from __future__ import annotations

from bot.domain.errors import SchemaMismatch, StoreError
from bot.domain.identity import MIN_KEY_BYTES, ConversationNames
from bot.running.checks.findings import Finding, Findings, failure, good, reminder
from bot.running.checks.scene import Scene
from bot.running.checks.wording import say_length
from bot.store.database import Database
from bot.store.examination import ServerFacts, read_server
from bot.store.schema import check_schema
from bot.store.store import Limits, SqlStore

#: The oldest that our own tests run on, as PostgreSQL counts.
_TESTED_VERSION = 150_000
#: The probe names nobody.
_NOBODY = ConversationNames(bytes(MIN_KEY_BYTES))

_TO_COME = good("database_to_come", "Chưa có cơ sở dữ liệu {path}; máy tự tạo khi chạy lần đầu.")
_SQLITE = good("database_good", "Cơ sở dữ liệu SQLite ở {path} mở được, ghi được.")
_POSTGRES = good("database_good", "Cơ sở dữ liệu PostgreSQL {version} nối được, ghi được.")
_BAD_ADDRESS = failure(
    "database_address_bad",
    "Không đọc được địa chỉ cơ sở dữ liệu TROLY06_DATABASE_URL.",
    "Hãy viết theo mẫu postgresql://người-dùng:mật-khẩu@máy/tên. Mật khẩu chỉ nên có chữ và số.",
)
_AWAY = failure(
    "database_unreachable",
    "Không nối được với cơ sở dữ liệu {kind}.",
    "{how}",
)
_HOW_SQLITE = (
    "Hãy xem tệp có hỏng không, tài khoản chạy trợ lý có quyền đọc, ghi tệp và thư mục chứa nó "
    "không. Hỏng thì phục hồi theo docs/van-hanh/sao-luu.md."
)
_HOW_POSTGRES = (
    "Hãy xem PostgreSQL có chạy không (systemctl status postgresql), rồi xem lại tên máy, tài "
    "khoản, mật khẩu trong TROLY06_DATABASE_URL."
)
_OTHER_SCHEMA = failure(
    "database_other_version",
    "Cơ sở dữ liệu chưa đúng phiên bản của chương trình này.",
    "Hãy chạy: python -m bot migrate. Lệnh báo cơ sở dữ liệu mới hơn (newer) thì hãy nâng cấp "
    "chương trình.",
)
_READ_ONLY = failure(
    "database_not_writable",
    "Đọc được mà không ghi được cơ sở dữ liệu, nên trợ lý không nhận tin mới.",
    "Hãy xem đĩa có đầy không (df -h), và tài khoản có quyền ghi không.",
)
_OLD_SERVER = reminder(
    "postgresql_old",
    "PostgreSQL {version} cũ hơn bản {tested} mà trợ lý đã được thử.",
    "Hãy lên kế hoạch nâng cấp PostgreSQL.",
)
_CLOCK_DRIFTS = reminder(
    "database_clock_drifts",
    "Đồng hồ máy này và đồng hồ cơ sở dữ liệu lệch nhau {length}. Trợ lý theo giờ của cơ sở dữ "
    "liệu.",
    "Hãy bật tự chỉnh giờ ở cả hai máy: sudo timedatectl set-ntp true",
)
_CLOCK_WRONG = failure(
    "database_clock_wrong",
    "Đồng hồ máy này và đồng hồ cơ sở dữ liệu lệch nhau tới {length}. Trợ lý theo giờ của cơ sở dữ "
    "liệu: giờ ấy sai thì tin từ Zalo bị từ chối vì bị coi là quá cũ.",
    "Hãy bật tự chỉnh giờ ở cả hai máy: sudo timedatectl set-ntp true",
)


async def check_database(scene: Scene) -> Findings:
    """All of it, from the connection up."""
    if not scene.has_database:
        yield _TO_COME(path=scene.sqlite_path)
        return
    try:
        database = scene.database()
    except StoreError:
        yield _BAD_ADDRESS()
        return
    if fault := await _find_fault(database):
        yield fault
        return
    server = await read_server(database)
    if server is None:
        yield _SQLITE(path=scene.sqlite_path)
        return
    yield _POSTGRES(version=_version(server.version))
    async for one in _look_at_server(scene, server):
        yield one


async def _find_fault(database: Database) -> Finding | None:
    try:
        await check_schema(database)
    except SchemaMismatch:
        return _OTHER_SCHEMA()
    except StoreError:
        if database.is_sqlite:
            return _AWAY(kind="SQLite", how=_HOW_SQLITE)
        return _AWAY(kind="PostgreSQL", how=_HOW_POSTGRES)
    try:
        await SqlStore(database, _NOBODY, Limits(0, 0)).check()
    except StoreError:
        return _READ_ONLY()
    return None


async def _look_at_server(scene: Scene, server: ServerFacts) -> Findings:
    if server.version < _TESTED_VERSION:
        yield _OLD_SERVER(version=_version(server.version), tested=_TESTED_VERSION // 10_000)
    drift = abs(scene.clock.now() - server.now)
    if drift > scene.limits.clock_wrong:
        yield _CLOCK_WRONG(length=say_length(drift))
    elif drift > scene.limits.clock_drift:
        yield _CLOCK_DRIFTS(length=say_length(drift))


def _version(number: int) -> str:
    """https://www.postgresql.org/docs/current/libpq-status.html (PQserverVersion, read
    2026-11-21).
    """
    return f"{number // 10_000}.{number % 10_000}"
