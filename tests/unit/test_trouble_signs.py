"""What a person must see to on a channel shows on the metrics until it is over."""

from __future__ import annotations

from bot.domain.people import ChannelId
from bot.metrics import Metrics


def shown(metrics, code):
    labels = {"channel": "telegram", "code": code}
    return metrics.registry.get_sample_value("troly06_channel_trouble", labels)


def test_a_trouble_shows_until_it_is_over():
    metrics = Metrics()
    metrics.troubled(ChannelId.TELEGRAM, "telegram_token_refused")
    assert shown(metrics, "telegram_token_refused") == 1
    metrics.troubled(ChannelId.TELEGRAM, "")
    assert shown(metrics, "telegram_token_refused") == 0


def test_of_two_troubles_of_sending_the_newer_shows():
    metrics = Metrics()
    metrics.troubled(ChannelId.TELEGRAM, "one")
    metrics.troubled(ChannelId.TELEGRAM, "two")
    assert (shown(metrics, "one"), shown(metrics, "two")) == (0, 1)


def test_that_sending_works_says_nothing_of_listening():
    metrics = Metrics()
    metrics.sign_of(ChannelId.TELEGRAM).show("telegram_conflict")
    metrics.troubled(ChannelId.TELEGRAM, "")
    assert shown(metrics, "telegram_conflict") == 1
