"""No personal string gets further than the turn that it came with: into no table, log line or
metric, back to nobody, and to no other server. Real processes with all channels on, and strings
that are thrown at every way in.
"""

from __future__ import annotations

import json
import shutil
from contextlib import contextmanager

from tests.canaries import NAMES, NUMBERS, WORDS, Canary, find_leaks
from tests.canary_entries import (
    EVERYTHING,
    SESSION,
    TelegramPerson,
    make_vendors_tell_tales,
    meet_vendors,
    throw_at_telegram,
    throw_at_the_page,
    throw_at_zalo_bot,
    throw_at_zalo_oa,
)
from tests.canary_world import OA_PERSON, SECRETS, ZALO_BOT_PERSON, world
from tests.databases import fresh_database
from tests.traces import SqliteTraces, backup_of, columns_of

MASK = "•••"
#: What is logged while a table is away.
_FAULT = "the database failed"


@contextmanager
def installed(tmp_path, data_dir, kind, **settings):
    """An installation on a database of this kind, granted but not started."""
    folder = tmp_path / "installation"
    shutil.copytree(data_dir / "index", folder / "index")
    with (
        fresh_database(kind, folder) as url,
        world(folder, "" if kind == "sqlite" else url, **settings) as one,
    ):
        if kind == "sqlite":
            (folder / "test.db").unlink()
            one.command("migrate")
        yield one


def throw_everywhere(one, person):
    throw_at_the_page(one)
    throw_at_telegram(one, person)
    throw_at_zalo_oa(one)
    throw_at_zalo_bot(one)


def break_the_database(one, person):
    """Let storing and answering fail for a moment, with everything in the values."""
    for table in ("inbox", "deliveries"):
        before = logs(one).count(_FAULT)
        one.database.run(f"ALTER TABLE {table} RENAME TO {table}_away")
        person.says(EVERYTHING)
        one.say_on_page("s" * 16, EVERYTHING)
        one.message_oa("user_send_text", {"text": EVERYTHING})
        one.message_zalo_bot("text", {"text": EVERYTHING})
        one.eventually(lambda before=before: logs(one).count(_FAULT) > before, "a fault in the log")
        one.database.run(f"ALTER TABLE {table}_away RENAME TO {table}")
    one.settle()


def logs(one):
    return "\n".join(path.read_text() for path in one.logs.values())


def kept(one):
    """All that is stored, by column; what it was compared with before is no trace."""
    return columns_of(one.database.rows())


def told(one):
    """All that was written or answered to anybody but those who write to us."""
    return {
        **{f"log of {name}": path.read_bytes() for name, path in one.logs.items()},
        **{f"output of {name}": text for name, text in one.printed.items()},
        "metrics": one.metrics(),
        "readyz": one.web.get("/readyz").text,
    }


def people_of(person):
    ids = (str(person.id), str(person.group), OA_PERSON, ZALO_BOT_PERSON)
    return [Canary(f"chat {one[:4]}…", (one,)) for one in ids]


def secrets_of(*others):
    named = [*SECRETS.items(), *((f"other {at}", one) for at, one in enumerate(others))]
    return [Canary(name, (value,)) for name, value in named]


def assert_nothing_is_left(one, person, code, *, are_words_answered=True):
    """Neither in tables nor in what was told to anybody."""
    columns, outside = kept(one), told(one)
    assert columns["conversations.chat"]
    personal = [*NUMBERS, *NAMES]
    assert find_leaks([*personal, *(WORDS if are_words_answered else ())], columns) == []
    assert find_leaks([*personal, *WORDS], outside) == []
    assert find_leaks([*personal, *WORDS], one.told_to_citizens()) == []
    # The name of its own conversation is given back to a browser, and to nobody else.
    answers = "\n".join(one.answers).replace(SESSION, "")
    assert find_leaks(NUMBERS, {"answers to requests": answers}) == []
    people, secrets = people_of(person), secrets_of(code, "access-", "refresh-")
    assert find_leaks(people, {**outside, "answers": answers}) == []
    elsewhere = {name: text for name, text in columns.items() if name != "conversations.chat"}
    assert find_leaks(people, elsewhere) == []
    assert find_leaks(secrets, {**columns, **outside}) == []
    assert find_leaks(NUMBERS, one.database.files()) == []
    # The last guard had nothing to do.
    assert MASK not in logs(one)


def assert_backup_holds_addresses_alone(one, person, code):
    path = one.folder / "backup.gz"
    one.command("backup", str(path))
    held = backup_of(path)
    assert find_leaks([*NUMBERS, *NAMES, *WORDS, *secrets_of(code)], {"backup": held}) == []
    # Each stands there as often as in the tables: once, in the row of who it is.
    known = [one["chat"] for one in one.database.rows()["conversations"]]
    assert {held.count(f'"{chat}"') for chat in known} == {1}


def test_the_search_finds_every_spelling_of_every_string():
    for canary in (*NUMBERS, *NAMES, *WORDS):
        for spelling in canary.spellings:
            for written in (
                spelling,
                spelling.upper(),
                json.dumps(spelling),
                f"x{MASK} {spelling}.",
            ):
                assert find_leaks([canary], {"t": f"a {written} b"}) == [(canary.name, "t")]
    assert find_leaks([*NUMBERS, *NAMES, *WORDS], {"t": "quên mật khẩu 2026-11-21 08:00"}) == []


def test_all_in_one_process_on_sqlite(app, data_dir, tmp_path):
    with installed(tmp_path, data_dir, "sqlite", nlu="rasa") as one:
        meet_vendors(one)
        code = one.grant()
        person = TelegramPerson(one)
        with one.serving():
            throw_everywhere(one, person)
            one.settle()
            assert_nothing_is_left(one, person, code)
            make_vendors_tell_tales(one, person)
            one.settle()
            break_the_database(one, person)
            one.command("channel")
            assert_nothing_is_left(one, person, code)
            assert_backup_holds_addresses_alone(one, person, code)
        assert one.asked
        assert find_leaks(NUMBERS, {"asked": "\n".join(one.asked)}) == []
        # What citizens said of themselves in words is gone from the disk too.
        assert isinstance(one.database, SqliteTraces)
        assert find_leaks(WORDS, one.database.files()) == []
        assert "Traceback" in logs(one)


def test_web_server_and_worker_apart_on_postgresql(app, data_dir, tmp_path):
    with installed(tmp_path, data_dir, "postgresql", log_format="json") as one:
        meet_vendors(one)
        code = one.grant()
        person = TelegramPerson(one)
        with one.serving("--no-worker"):
            throw_everywhere(one, person)
            # Nobody has taken a turn: what citizens wrote lies there, without numbers of theirs.
            assert len(one.open_rows()) > 100
            assert find_leaks(NUMBERS, {**kept(one), **told(one)}) == []
            with one.running("worker", "worker"):
                one.settle()
                assert_nothing_is_left(one, person, code)
                make_vendors_tell_tales(one, person)
                one.settle()
                break_the_database(one, person)
                one.command("channel")
                assert_nothing_is_left(one, person, code)
                assert_backup_holds_addresses_alone(one, person, code)
        lines = logs(one).splitlines()
        assert {"error", "info"} <= {
            json.loads(line)["level"] for line in lines if line.startswith("{")
        }
