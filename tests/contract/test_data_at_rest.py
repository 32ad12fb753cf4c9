"""Nothing that a citizen must keep to themselves rests in a table, whichever way it came."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import make_url, select, text

from bot.domain.frames import Frame
from bot.domain.messages import Utterance
from bot.domain.session import Session
from bot.domain.updates import Update
from bot.store.tables import conversations, metadata
from tests.promises import NAMES, NOW, fill_bucket, person, promise, send_all
from tests.turn_factories import Assistant, said

LAN, MINH = person(1), person(2)
CARD = "0" + "12345678901"
PHONE = "09" + "87654321"
MAIL = "co.y@" + "vi.du.vn"
CODE = "482" + "913"
PASSWORD = "Bi@Mat" + "2026x"
SECRETS = (CARD, PHONE, MAIL, CODE, PASSWORD)
TEXTS = (
    f"số cccd {CARD}",
    f"số điện thoại của em {PHONE} ạ",
    f"gửi vào {MAIL}",
    f"mã otp là {CODE}",
    f"mật khẩu: {PASSWORD}",
    f"{PHONE} {CARD} {MAIL} otp {CODE}",
)


async def dump(database, url):
    """All that is in the tables, and on SQLite every byte of its files, deleted ones included."""
    found = []
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(text(f"SELECT * FROM {table.name}"))).all()
            found += [repr(tuple(row)).encode() for row in rows]
    if database.is_sqlite:
        path = make_url(url).database
        found += [one.read_bytes() for one in Path(path).parent.glob(f"{Path(path).name}*")]
    return b"\n".join(found)


@pytest.fixture
def assistant(roomy):
    return Assistant(roomy)


async def check_nothing_found(database, url):
    found = await dump(database, url)
    assert [one for one in SECRETS if one.encode() in found] == []


async def test_personal_data_rests_nowhere_while_it_waits_nor_after(
    assistant, database, database_url
):
    await assistant.accept(*(said(number, one, person(number)) for number, one in enumerate(TEXTS)))
    await check_nothing_found(database, database_url)
    await assistant.work_off()
    await fill_bucket(database)
    await send_all(database)
    await check_nothing_found(database, database_url)


async def test_a_code_typed_while_being_led_rests_nowhere(assistant, roomy, database, database_url):
    async with roomy.transaction() as unit:
        frame = Frame("kich-hoat", "nhap-ma")
        await unit.sessions.save(Session(NAMES.of(LAN), frames=(frame,)), 0, NOW)
    await assistant.accept(said(1, CODE, LAN))
    await assistant.work_off()
    await check_nothing_found(database, database_url)


async def test_a_code_typed_while_something_waits_rests_nowhere(assistant, database, database_url):
    await assistant.accept(said(1, "kích hoạt", LAN), said(2, CODE, LAN))
    await assistant.accept(said(3, CODE, LAN))
    await assistant.work_off()
    await check_nothing_found(database, database_url)


async def test_a_vendors_id_of_a_person_rests_in_one_table_alone(roomy, database):
    """The others go by a name that says nothing of who it is."""
    await Assistant(roomy).accept(
        Update("1", LAN, utterance=Utterance("chào", "t:304"), position=1)
    )
    await promise(roomy, LAN, "trả lời")
    async with database.reading() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            holds = any(LAN.chat in repr(tuple(row)) for row in rows)
            assert holds == (table is conversations), table.name
