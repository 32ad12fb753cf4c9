"""Text with HTML tags to text with entities, as strict as Telegram's own parser and in its wording.

Written after the rules of `parse_html` and `fix_formatted_text` in `MessageEntity.cpp` of
github.com/tdlib/td and https://core.telegram.org/bots/api#html-style, read 2026-11-20. Offsets and
lengths are in UTF-16 units; limits count code points. Not modelled: entities that Telegram finds by
itself (links, phone numbers), custom emoji, `tg-time`, the two Markdown modes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.fakes.telegram_errors import JsonObject, bad_request
from tests.fakes.telegram_links import check_link, is_link
from tests.fakes.telegram_requests import Call

MAX_TEXT_CHARS = 4096
MAX_CAPTION_CHARS = 1024
#: Before entities are parsed (`get_formatted_text` in Client.cpp).
MAX_RAW_BYTES = 1 << 15

_SIMPLE = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
}
_TAGS = {*_SIMPLE, "a", "blockquote"}
_PLAIN = re.compile(r"[^<&]*")
_BLANK = re.compile(r"\s*")
_TAG_NAME = re.compile(r"[^\s>]*")
_END_TAG = re.compile(r"</([^\s>]*)\s*>")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z]+));?")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>/"']+)(?:\s*=\s*("([^"]*)"|'([^']*)'|([\w.\-]+)))?""")


@dataclass(frozen=True)
class FormattedText:
    """What a message shows, with its entities in the wire form."""

    text: str
    entities: tuple[JsonObject, ...] = ()


@dataclass
class _Open:
    tag: str
    argument: str
    utf16_offset: int


def utf16_length(text: str) -> int:
    """Length in UTF-16 units, in which entities are measured."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def message_text(call: Call) -> FormattedText:
    """The text of a message to send or to edit.

    Raises:
        Refusal: it is missing, wrongly marked up, empty or too long.
    """
    raw = call.text("text")
    if not raw:
        raise bad_request("message text is empty")
    formatted = formatted_text(call, raw, "entities")
    if not formatted.text:
        raise bad_request("text must be non-empty")
    if len(formatted.text) > MAX_TEXT_CHARS:
        raise bad_request("message is too long")
    return formatted


def caption(call: Call) -> FormattedText:
    """The caption of a picture; may be empty.

    Raises:
        Refusal: it is wrongly marked up or too long.
    """
    formatted = formatted_text(call, call.text("caption"), "caption_entities")
    if len(formatted.text) > MAX_CAPTION_CHARS:
        raise bad_request("message caption is too long")
    return formatted


def formatted_text(call: Call, raw: str, entities_name: str) -> FormattedText:
    """`raw` read by the parse mode of the call, or with the entities given beside it."""
    if len(raw) > MAX_RAW_BYTES // 4 and len(raw.encode()) > MAX_RAW_BYTES:
        raise bad_request("text is too long")
    mode = call.text("parse_mode").lower()
    if mode == "html":
        return trimmed(*parse_html(raw))
    if mode not in {"", "none"}:
        # Markdown is real too; the fake does not read it: nobody shall start to use it unnoticed.
        raise bad_request("unsupported parse_mode")
    entities = call.json_value(entities_name, "can't parse entities JSON object") or []
    return trimmed(raw, [_given_entity(one, raw) for one in entities])


def _given_entity(entity: object, text: str) -> JsonObject:
    if not isinstance(entity, dict):
        raise bad_request("can't parse MessageEntity: expected an Object")
    offset, length = entity.get("offset"), entity.get("length")
    if not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request('can\'t parse MessageEntity: Field "offset" must be a Number')
    if offset < 0 or length <= 0 or offset + length > utf16_length(text):
        raise bad_request("entity beyond the text")
    return entity


def trimmed(text: str, entities: list[JsonObject]) -> FormattedText:
    """Without blank beginning and end, which Telegram cuts off."""
    right = text.rstrip()
    left = right.lstrip(" \n")
    if len(left) == len(text):
        return FormattedText(text, tuple(entities))
    cut, end = len(right) - len(left), utf16_length(left)
    kept = []
    for entity in entities:
        start = max(entity["offset"] - cut, 0)
        stop = min(entity["offset"] + entity["length"] - cut, end)
        if stop > start:
            kept.append({**entity, "offset": start, "length": stop - start})
    return FormattedText(left, tuple(kept))


def parse_html(source: str) -> tuple[str, list[JsonObject]]:
    """Text and entities of HTML.

    Raises:
        Refusal: 400 "can't parse entities: …", with the byte offset at fault.
    """
    if "<" not in source and "&" not in source:
        return source, []
    return _HtmlReader(source).read()


def _dereference(source: str, position: int) -> tuple[str, int] | None:
    match = _REFERENCE.match(source, position)
    if match is None:
        return None
    hexadecimal, decimal, name = match.groups()
    if name is not None:
        return (_NAMED[name], match.end()) if name in _NAMED else None
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return (chr(code), match.end()) if 0 < code < 0x10FFFF else None


class _HtmlReader:
    def __init__(self, source: str) -> None:
        self._source = source
        self._position = 0
        self._text: list[str] = []
        self._utf16_offset = 0
        self._open: list[_Open] = []
        self._entities: list[JsonObject] = []

    def read(self) -> tuple[str, list[JsonObject]]:
        while self._position < len(self._source):
            letter = self._source[self._position]
            if letter == "<":
                self._read_tag()
            elif letter == "&" and (found := _dereference(self._source, self._position)):
                self._write(found[0])
                self._position = found[1]
            else:
                plain = _PLAIN.match(self._source, self._position + 1)
                assert plain is not None
                self._write(letter + plain.group())
                self._position = plain.end()
        if self._open:
            raise _cannot_parse(
                f'Can\'t find end tag corresponding to start tag "{self._open[-1].tag}"'
            )
        self._entities.sort(key=lambda one: (one["offset"], -one["length"]))
        return "".join(self._text), self._entities

    def _write(self, text: str) -> None:
        self._text.append(text)
        self._utf16_offset += utf16_length(text)

    def _at(self, position: int) -> str:
        return f"at byte offset {len(self._source[:position].encode())}"

    def _read_tag(self) -> None:
        if self._source.startswith("</", self._position):
            self._read_end_tag(self._position)
        else:
            self._read_start_tag(self._position)

    def _read_start_tag(self, begin: int) -> None:
        name = _TAG_NAME.match(self._source, begin + 1)
        assert name is not None
        if name.end() == len(self._source):
            raise _cannot_parse(f"Unclosed start tag {self._at(begin)}")
        tag = name.group().lower()
        if tag not in _TAGS:
            raise _cannot_parse(f'Unsupported start tag "{tag}" {self._at(begin)}')
        attributes = self._read_attributes(name.end(), tag, begin)
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" {self._at(begin)}')
        argument = attributes.get("href", "") if tag == "a" else ""
        if tag == "blockquote" and "expandable" in attributes:
            argument = "1"
        self._open.append(_Open(tag, argument, self._utf16_offset))

    def _read_attributes(self, position: int, tag: str, begin: int) -> dict[str, str]:
        attributes: dict[str, str] = {}
        while True:
            blank = _BLANK.match(self._source, position)
            assert blank is not None
            position = blank.end()
            if position == len(self._source):
                raise _cannot_parse(f'Unclosed start tag "{tag}" {self._at(begin)}')
            if self._source[position] == ">":
                self._position = position + 1
                return attributes
            match = _ATTRIBUTE.match(self._source, position)
            if match is None:
                raise _cannot_parse(f'Empty attribute name in the tag "{tag}" {self._at(begin)}')
            quoted = match.group(3) if match.group(3) is not None else match.group(4)
            value = _decoded(quoted) if quoted is not None else (match.group(5) or "").lower()
            attributes[match.group(1)] = value
            position = match.end()

    def _read_end_tag(self, begin: int) -> None:
        if not self._open:
            raise _cannot_parse(f"Unexpected end tag {self._at(begin)}")
        match = _END_TAG.match(self._source, begin)
        if match is None:
            raise _cannot_parse(f"Unclosed end tag {self._at(begin)}")
        found, opened = match.group(1).lower(), self._open.pop()
        if found and found != opened.tag:
            raise _cannot_parse(
                f"Unmatched end tag {self._at(begin)}, "
                f'expected "</{opened.tag}>", found "</{found}>"'
            )
        self._position = match.end()
        length = self._utf16_offset - opened.utf16_offset
        if length > 0:
            self._close(opened, length)

    def _close(self, opened: _Open, length: int) -> None:
        entity: JsonObject = {"offset": opened.utf16_offset, "length": length}
        if opened.tag == "a":
            shown = "".join(self._text)
            url = opened.argument or _utf16_slice(shown, opened.utf16_offset)
            if is_link(url):  # a wrong address is shown as plain text, without complaint
                self._entities.append({**entity, "type": "text_link", "url": check_link(url)})
        elif opened.tag == "blockquote":
            kind = "expandable_blockquote" if opened.argument else "blockquote"
            self._entities.append({**entity, "type": kind})
        else:
            self._entities.append({**entity, "type": _SIMPLE[opened.tag]})


def _decoded(value: str) -> str:
    return _REFERENCE.sub(lambda one: _NAMED.get(one.group(3) or "", one.group()), value)


def _utf16_slice(text: str, offset: int) -> str:
    return text.encode("utf-16-le")[2 * offset :].decode("utf-16-le")


def _cannot_parse(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")
