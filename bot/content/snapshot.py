"""A catalog as plain data and back, so that a running assistant need not read hundreds of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.domain.catalog import Catalog
from bot.domain.errors import IndexStale
from bot.domain.system_texts import SystemText
from bot.domain.understanding import LOOKED_UP_WHOLE


@cache
def _adapter() -> TypeAdapter[Catalog]:
    """Made once, when first needed: it takes some milliseconds."""
    return TypeAdapter(Catalog)


def to_snapshot(catalog: Catalog) -> dict[str, Any]:
    """The catalog as JSON-ready data, with no intents but those whose examples are looked up whole;
    only making an index needs the others.
    """
    kept = tuple(intent for intent in catalog.intents if intent.family in LOOKED_UP_WHOLE)
    data: dict[str, Any] = _adapter().dump_python(replace(catalog, intents=kept), mode="json")
    return data


def from_snapshot(data: Mapping[str, Any]) -> Catalog:
    """The catalog that `to_snapshot` was given, with the intents that it kept.

    Raises:
        IndexStale: another version of the program took the snapshot; this one cannot serve it.
    """
    try:
        catalog = _adapter().validate_python(data)
    except ValidationError as error:
        raise _stale(f"{error.error_count()} places do not fit") from error
    # Validating fills in what lacks and passes over what it does not know: only saved again does
    # it show. Measured with our own content: 8 ms, beside 18 ms for validating.
    if _adapter().dump_python(catalog, mode="json") != data:
        raise _stale("it has less or more than is saved now")
    if not all(key.fits(catalog.messages.get(key)) for key in SystemText):
        raise _stale("its system texts are not those that are said now")
    return catalog


def _stale(why: str) -> IndexStale:
    return IndexStale(
        f"another version of the program saved the catalog ({why}): run `python -m bot index`"
    )
