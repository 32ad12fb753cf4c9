"""How the fake Official Account behaves: all that Zalo documents as a number, and all that its
readers disagree on as a switch.

Numbers: docs.zaloplatforms.com/docs/OA (xac-thuc-va-uy-quyen-cho-ung-dung-new, tin-tu-van,
gioi-han-toc-do-api, ma-loi, cau-truc-cua-tham-so-buttons; notes, 2026-10).
"""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 3600.0
DAY = 24 * HOUR
#: 30 s, 5, 15, 30 min, 1 h.
RETRY_PAUSES = (30.0, 300.0, 900.0, 1800.0, 3600.0)


@dataclass(slots=True)
class OaRules:
    """One app and its one Official Account."""

    app_id: str = "1234567890123456789"
    app_secret: str = "APP-SECRET-EXAMPLE"
    oa_id: str = "3333333333333333333"
    oa_secret_key: str = "OA-SECRET-KEY-EXAMPLE"
    redirect_uri: str = ""

    code_seconds: float = 600.0
    access_seconds: float = 90_000.0
    refresh_seconds: float = 90 * DAY
    needs_code_verifier: bool = True
    needs_appsecret_proof: bool = False
    #: Not published: what a spent or strange code or refresh token gets.
    bad_grant_code: int = -14014

    calls_per_minute: int = 4_000
    uploads_per_month: int = 5_000
    upload_seconds: float = 7 * DAY
    image_bytes: int = 1024 * 1024
    file_bytes: int = 5 * 1024 * 1024

    text_chars: int = 2_000
    buttons: int = 5
    button_title_chars: int = 100
    button_payload_chars: int = 1_000
    #: `either`, `required` or `forbidden`: "template_type":"button" beside buttons. Disputed.
    button_template_type: str = "either"
    free_seconds: float = 48 * HOUR
    window_seconds: float = 7 * DAY

    #: What is hashed for the signature: `oa_secret_key` or `app_secret`. Disputed.
    signature_secret: str = "oa_secret_key"
    #: `app_id` or `oa_id`. Disputed.
    signature_first: str = "app_id"
    #: `body`, or `header`: X-ZEvent-Timestamp, which then differs from the body's. Disputed.
    signature_timestamp: str = "body"
    #: Write bodies with escapes, so that who hashes a parsed and rewritten body is found out.
    escapes_bodies: bool = False
    #: Whether our own sends come back as oa_send_*, and as user_received_message.
    echoes: bool = True
    receipts: bool = True
    #: How the account stands, in the words of `getoa`, and what is left of its quota of 2000.
    is_verified: bool = True
    package_name: str = "Nâng cao"
    package_valid_through: str = "31/12/2027"
    quota_left: int = 2000
