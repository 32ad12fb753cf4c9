"""Makes valid objects, and a small valid content tree, for tests to spoil."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.content.png import DRAWING_KEY, SIGNATURE, hash_drawing
from bot.content.readers.config import read_text_table
from bot.domain.catalog import Catalog
from bot.domain.flows import Flow
from bot.domain.knowledge import Confidence, Law, LawId, LegalBasis, Source, Topic, TopicId
from bot.domain.understanding import Intent
from bot.settings import PROJECT_ROOT

TODAY = date(2026, 11, 21)

TAM_TRU = "knowledge/services/dang-ky-tam-tru.md"
MAT_KHAU = "knowledge/accounts/quen-mat-khau.md"
LUA_DAO = "knowledge/safety/lua-dao-otp.md"
LAWS = "knowledge/laws.yaml"
IDS = "knowledge/ids.yaml"
INTENTS = "intents/mau.yml"
MESSAGES = "config/messages.yaml"
ABBREVIATIONS = "config/abbreviations.yaml"
PLAIN_WORDS = "config/plain_words.yaml"
SAFETY = "config/safety.yaml"
FILLERS = "config/fillers.yaml"
SCAM_SIGNS = "config/scam_signs.yaml"
PICTURES = "knowledge/pictures.yaml"
DRAWING = "knowledge/pictures/tat-may.svg"
DRAWING_PNG = "knowledge/pictures/tat-may.png"
LAY_LAI = "flows/lay-lai.yaml"
GIU_KIN = "flows/giu-kin.yaml"

_TAM_TRU = """\
---
id: service/dang-ky-tam-tru
code: 310
title: Đăng ký tạm trú
also:
  - utility/dang-ky-tam-tru
aliases:
  - khai báo tạm trú
  - đăng ký ở trọ
audience: [citizen, tenant]
requires:
  - Tài khoản VNeID mức độ 2.
documents:
  - Tờ khai điền sẵn trên mạng.
fee: 7.000 đồng một người
time_limit: 3 ngày làm việc.
where: VNeID hoặc Công an xã, phường nơi ở.
authority: Công an cấp xã
legal:
  - 68-2020-qh14 Điều 27
  - 154-2024-nd-cp
sources:
  - title: Cổng Dịch vụ công quốc gia, thủ tục 1.004194
    ref: https://dichvucong.gov.vn/
    date: 2026-06-10
as_of: 2026-06
confidence: confirmed
related:
  - account/quen-mat-khau
duties: [M071]
---
Bạn ở nơi khác từ 30 ngày trở lên thì đăng ký tạm trú. Bạn làm được ngay trên VNeID.

## Các bước

1. Mở VNeID, chọn **Thủ tục hành chính**.
2. Chọn **Đăng ký tạm trú**.

## Nếu gặp khó

- Chủ nhà chưa xác nhận: Nhắc chủ nhà mở VNeID.

## Lưu ý

- Không nhờ người lạ nộp hộ.
- Nghị định 154/2024/NĐ-CP hết hiệu lực thì cách làm có thể đổi.
"""
_MAT_KHAU = """\
---
id: account/quen-mat-khau
code: 210
title: Quên mật khẩu VNeID
aliases:
  - không nhớ mật khẩu
audience: [citizen, elder]
sources:
  - title: Hướng dẫn trên trang VNeID
    ref: https://vneid.gov.vn/
    date: 2026
as_of: 2026-06-10
confidence: single-source
pictures: {2: tat-may}
---
Bạn bấm Quên mật khẩu ở màn hình đăng nhập rồi làm theo hướng dẫn.

## Các bước

1. Mở VNeID.
2. Bấm **Quên mật khẩu**.
"""
_LUA_DAO = """\
---
id: safety/lua-dao-otp
code: 510
title: Có người xin mã OTP
aliases:
  - bị xin mã xác thực
audience: [citizen]
sources:
  - title: Bộ Công an cảnh báo
    ref: https://bocongan.gov.vn/
    date: không rõ
as_of: không rõ
confidence: confirmed
---
Không đọc mã cho ai. Công an không bao giờ hỏi mã này.

## Lưu ý

- Gác máy rồi báo Công an gần nhất.
"""
_LAWS = """\
laws:
  - id: 68-2020-qh14
    number: 68/2020/QH14
    title: Luật Cư trú
    in_force_from: 2021-07-01
  - id: 154-2024-nd-cp
    number: 154/2024/NĐ-CP
    title: Nghị định quy định chi tiết Luật Cư trú
    in_force_from: 2025-01-10
"""
_IDS = """\
ids:
  - account/quen-mat-khau
  - safety/lua-dao-otp
  - service/dang-ky-tam-tru
  - utility/dang-ky-tam-tru
"""
_LAY_LAI = """\
id: lay-lai
title: Lấy lại mật khẩu
description: Dắt từng việc một để lấy lại mật khẩu.
topics: [account/quen-mat-khau]
closing: Bạn vào lại được rồi.
steps:
  - id: may
    collect: may
    ask: Bạn có điện thoại ở đây không?
    options:
      - label: Có
        next: lam
      - label: Không
        value: khong
        also: [để ở nhà]
        next: hen
    unsure: lam
  - id: lam
    guide: account/quen-mat-khau
    to: 1
    checks: {1: máy mở được VNeID}
    troubles: {1: go}
    next: doi
  - id: doi
    do: Bấm Quên mật khẩu rồi làm theo máy.
    check: máy báo đã đổi xong
    topic: account/quen-mat-khau
    trouble: go
    next: ghi
  - id: go
    do: Tắt máy rồi mở lại.
    topic: account/quen-mat-khau
    picture: tat-may
    trouble: PERSON
    next: RETRY
  - id: ghi
    set_slots:
      - da_doi: roi
    next: re
  - id: re
    set_slots: []
    next:
      - if: may = co and da_doi = roi
        then: goi
      - else: dan
  - id: goi
    call: giu-kin
    next: dan
  - id: dan
    inspect: tin
    ask: Có tin nhắn lạ thì bạn dán vào đây.
    unsure: chao
    next: chao
  - id: chao
    say: Bạn giữ kín mật khẩu nhé.
    next: END
  - id: hen
    link: giu-kin
"""
_GIU_KIN = """\
id: giu-kin
title: Giữ kín mật khẩu
description: Việc nên làm để giữ kín mật khẩu.
steps:
  - id: doc
    do: Đọc kỹ lời dặn này.
    topic: account/quen-mat-khau
    trouble: PERSON
    next: END
"""
_PICTURES = """\
pictures:
  - id: tat-may
    alt: Điện thoại đang tắt.
    topic: account/quen-mat-khau
"""
_DRAWING = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 540">
  <text x="9" y="9">Tắt máy</text>
</svg>
"""
_SCAM_SIGNS = """\
signs:
  - id: doi-ma
    weight: 2
    topic: safety/lua-dao-otp
    reason: Tin hỏi mã OTP.
    phrases:
      - đọc mã
  - id: xung-can-bo
    weight: 1
    topic: safety/lua-dao-otp
    reason: Người nhắn xưng là cán bộ.
    phrases:
      - tôi là công an
link:
  id: duong-dan-la
  weight: 2
  topic: safety/lua-dao-otp
  reason: Tin có đường dẫn lạ.
  trusted:
    - vneid.gov.vn
"""
_EXAMPLES = {
    "service/dang-ky-tam-tru": "tôi muốn đăng ký tạm trú, cách {}",
    "account/quen-mat-khau": "tôi quên mật khẩu, cách {}",
    "safety/lua-dao-otp": "có người xin mã của tôi, cách {}",
}
_SMALL_TALK = {
    "smalltalk/thanks": "cảm ơn nhé",
    "smalltalk/identity": "bạn là ai",
    "smalltalk/praise": "giỏi quá",
    "smalltalk/complaint": "dở quá",
    "smalltalk/chat": "hôm nay trời đẹp",
    "smalltalk/acknowledgement": "vâng",
    "command/help": "trợ giúp",
    "command/back": "quay lại",
    "answer/yes": "dạ có",
    "answer/no": "chưa ạ",
    "command/stop": "dừng lại",
    "command/pause": "mai làm tiếp",
    "smalltalk/subscribe": "đăng ký nhận tin",
    "smalltalk/unsubscribe": "hủy nhận tin",
    "smalltalk/language": "nói tiếng anh được không",
    "smalltalk/greeting": "xin chào",
}
_LOOKUPS = {"giay_to": "bằng lái", "muc": "mức hai"}
_SYNONYMS = {"gplx": "bằng lái", "muc-2": "mức hai"}
_SMALL_FILES = {
    TAM_TRU: _TAM_TRU,
    MAT_KHAU: _MAT_KHAU,
    LUA_DAO: _LUA_DAO,
    LAWS: _LAWS,
    IDS: _IDS,
    ABBREVIATIONS: "abbreviations:\n  cccd: căn cước công dân\n  pass code: passcode\n",
    FILLERS: "fillers:\n  - cho tôi hỏi\n",
    PLAIN_WORDS: "officialese:\n  tiến hành: làm\n  nêu trên: ở trên\n",
    SAFETY: "emergency:\n  - cháy nhà\nemergency_with_marks:\n  - tự tử\n"
    "scam_pressure:\n  - đang giục chuyển tiền\n",
    SCAM_SIGNS: _SCAM_SIGNS,
    PICTURES: _PICTURES,
    DRAWING: _DRAWING,
    GIU_KIN: _GIU_KIN,
    LAY_LAI: _LAY_LAI,
}
#: The text files that `write_content` makes; beside them, the PNG of the drawing.
SMALL_TREE = (*_SMALL_FILES, INTENTS, MESSAGES)


def _intents() -> str:
    lines = ['version: "3.1"', "nlu:"]
    for name, example in _EXAMPLES.items():
        lines += [f"  - intent: {name}", "    examples: |"]
        lines += [f"      - {example.format(number)}" for number in range(1, 61)]
    for kind, lists in (("intent", _SMALL_TALK), ("lookup", _LOOKUPS), ("synonym", _SYNONYMS)):
        for name, example in lists.items():
            lines += [f"  - {kind}: {name}", "    examples: |", f"      - {example}"]
    return "\n".join(lines) + "\n"


def write_content(root: Path) -> Path:
    """A small content tree without any issue: three topics, two laws, two flows, a picture, our
    messages.
    """
    messages = (PROJECT_ROOT / MESSAGES).read_text(encoding="utf-8")
    for path, text in {**_SMALL_FILES, INTENTS: _intents(), MESSAGES: messages}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    (root / DRAWING_PNG).write_bytes(make_png())
    return root


def make_png(width: int = 960, height: int = 540, drawing: str = _DRAWING) -> bytes:
    """A PNG that says of itself what is checked, and shows nothing."""
    header = struct.pack(">II5B", width, height, 8, 2, 0, 0, 0)
    text = f"{DRAWING_KEY}\0{hash_drawing(drawing)}".encode("latin-1")
    chunks = ((b"IHDR", header), (b"tEXt", text), (b"IEND", b""))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def spoil(root: Path, path: str, old: str, new: str) -> None:
    """Replace one piece of one file, which must be there once. "\\udcff" writes the byte 0xFF."""
    text = (root / path).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
    changed = text.replace(old, new)
    (root / path).write_text(changed, encoding="utf-8", errors="surrogateescape")


def make_topic(**changes: object) -> Topic:
    """A short topic; any field can be given."""
    topic = Topic(
        id=TopicId("service/dang-ky-tam-tru"),
        code=310,
        title="Đăng ký tạm trú",
        answer="Bạn làm được ngay trên VNeID.",
        as_of="2026-06",
        confidence=Confidence.CONFIRMED,
        sources=(make_source(),),
    )
    return replace(topic, **changes)  # type: ignore[arg-type]


def make_source(title: str = "Luật Cư trú", date_text: str = "2026-06-10") -> Source:
    """A source with an address."""
    return Source(title, "https://dichvucong.gov.vn/", date_text)


def make_law(law_id: str = "68-2020-qh14", **changes: object) -> Law:
    """A law in force; any field can be given."""
    law = Law(LawId(law_id), "68/2020/QH14", "Luật Cư trú", date(2021, 7, 1))
    return replace(law, **changes)  # type: ignore[arg-type]


def citing(*laws: Law) -> tuple[LegalBasis, ...]:
    """The citations of a topic that rests on these laws."""
    return tuple(LegalBasis(law.id, "Điều 27") for law in laws)


def make_catalog(
    topics: Iterable[Topic] = (),
    laws: Iterable[Law] = (),
    intents: Iterable[Intent] = (),
    flows: Iterable[Flow] = (),
) -> Catalog:
    """A catalog of these, with our own messages."""
    text = (PROJECT_ROOT / MESSAGES).read_text(encoding="utf-8")
    messages, _, _ = read_text_table(MESSAGES, text, "messages")
    return Catalog(
        tuple(topics), {law.id: law for law in laws}, tuple(intents), messages, tuple(flows)
    )
