"""The sentences that the assistant itself says: every key of `config/messages.yaml`, with the
blanks that the program fills in. The wording is the editors'.
"""

from __future__ import annotations

from enum import StrEnum
from string import Formatter
from typing import Self


class SystemText(StrEnum):
    """A key of `config/messages.yaml`, then the blanks its text must have, then those it may have.

    Who says a text gives a value for each of its blanks, whether or not the editor used it.
    """

    needed: frozenset[str]
    optional: frozenset[str]

    def __new__(cls, key: str, needed: str = "", optional: str = "") -> Self:
        """Blanks are names with spaces between them."""
        member = str.__new__(cls, key)
        member._value_ = key
        member.needed = frozenset(needed.split())
        member.optional = frozenset(optional.split())
        return member

    # parts of an answer
    LABEL_REQUIRES = "label_requires"
    LABEL_STEPS = "label_steps"
    LABEL_DOCUMENTS = "label_documents"
    LABEL_FEE = "label_fee", "value"
    LABEL_TIME_LIMIT = "label_time_limit", "value"
    LABEL_WHERE = "label_where", "value"
    LABEL_PICTURE = "label_picture", "alt"
    LABEL_SOURCE = "label_source", "sources as_of"
    SOURCE_WITH_DATE = "source_with_date", "title date"
    SOURCES_MORE = "sources_more", "sources", "count"
    LABEL_WARNINGS = "label_warnings"
    LABEL_WHAT_IFS = "label_what_ifs", "", "title"
    LABEL_LEGAL = "label_legal", "numbers"
    LAW_AMENDED = "law_amended", "number", "title date"
    LAW_LAPSED = "law_lapsed", "number", "title date"
    CONFIDENCE_SINGLE_SOURCE = "confidence_single_source"
    CONFIDENCE_SAFETY = "confidence_safety"
    CONFIDENCE_PLAN_ONLY = "confidence_plan_only"
    CONFIDENCE_RECALLED = "confidence_recalled"
    SEVERAL_INTRO = "several_intro", "", "count"
    SEVERAL_LEFT = "several_left"
    # buttons
    BUTTON_WHAT_IFS = "button_what_ifs"
    BUTTON_DOCUMENTS = "button_documents"
    BUTTON_SOURCES = "button_sources"
    BUTTON_MENU = "button_menu"
    BUTTON_HANDOFF = "button_handoff"
    BUTTON_MORE = "button_more"
    BUTTON_NONE_OF_THESE = "button_none_of_these"
    # not sure, not known
    CLARIFY = "clarify"
    CLARIFY_ONE = "clarify_one"
    CLARIFY_NONE = "clarify_none"
    UNKNOWN = "unknown"
    UNKNOWN_PERSON = "unknown_person"
    NUMBER_BEYOND = "number_beyond", "count"
    FOLLOW_UP_WHICH = "follow_up_which"
    FOLLOW_UP_REST = "follow_up_rest"
    FOLLOW_UP_UNKNOWN = "follow_up_unknown", "title"
    UNKNOWN_AGAIN = "unknown_again"
    # around a chat in the terminal
    CHAT_HINT = "chat_hint"
    GREETING = "greeting"
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    # menu and people
    MENU = "menu"
    MENU_GROUP = "menu_group", "title"
    STALE_BUTTON = "stale_button"
    CHOOSE_BY_BUTTON = "choose_by_button"
    CHOOSE_BY_NUMBER = "choose_by_number"
    CHOOSE_BY_BUTTON_OR_NUMBER = "choose_by_button_or_number"
    HANDOFF = "handoff"
    REFUSAL = "refusal"
    # commands
    COMMAND_START = "command_start"
    COMMAND_MENU = "command_menu"
    COMMAND_HELP = "command_help"
    COMMAND_LOOK_UP = "command_look_up"
    COMMAND_BACK = "command_back"
    COMMAND_RESTART = "command_restart"
    COMMAND_STOP = "command_stop"
    COMMAND_HANDOFF = "command_handoff"
    COMMAND_PRIVACY = "command_privacy"
    COMMAND_MY_DATA = "command_my_data"
    COMMAND_DELETE_MY_DATA = "command_delete_my_data"
    COMMAND_LINE = "command_line", "name description"
    HELP_WITH_COMMANDS = "help_with_commands", "commands"
    # looking up
    LOOK_UP_FOUND = "look_up_found", "", "count"
    LOOK_UP_LINE = "look_up_line", "number title", "code"
    LOOK_UP_NONE = "look_up_none"
    LOOK_UP_WHAT = "look_up_what"
    # what is kept of a citizen
    PRIVACY_SHORT = "privacy_short"
    PRIVACY_NOTICE = "privacy_notice", "date"
    DATA_EXPORT = "data_export"
    DATA_DELETE_ASK = "data_delete_ask"
    DATA_DELETED = "data_deleted"
    DATA_KEPT = "data_kept"
    BUTTON_DELETE = "button_delete"
    BUTTON_KEEP = "button_keep"
    BUTTON_MY_DATA = "button_my_data"
    BUTTON_DELETE_MY_DATA = "button_delete_my_data"
    # what cannot be read
    MEDIA_IMAGE = "media_image"
    MEDIA_VOICE = "media_voice"
    MEDIA_VIDEO = "media_video"
    MEDIA_FILE = "media_file"
    MEDIA_STICKER = "media_sticker"
    MEDIA_LOCATION = "media_location"
    MEDIA_CONTACT = "media_contact"
    MEDIA_LINK = "media_link"
    MEDIA_HIDDEN = "media_hidden"
    MEDIA_ASK = "media_ask"
    MEDIA_ASK_AGAIN = "media_ask_again"
    MEDIA_ASK_PERSON = "media_ask_person"
    # flows
    FLOW_PROGRESS = "flow_progress", "number count"
    FLOW_CHECK = "flow_check", "check"
    FLOW_ENDED = "flow_ended", "title"
    FLOW_LOST = "flow_lost", "", "title"
    FLOW_GONE = "flow_gone"
    FLOW_NEEDS_PERSON = "flow_needs_person"
    FLOW_NEEDS_PERSON_AT = "flow_needs_person_at", "where"
    FLOW_TROUBLE_ASK = "flow_trouble_ask"
    FLOW_TROUBLE_UNKNOWN = "flow_trouble_unknown"
    FLOW_GO_ON = "flow_go_on", "place"
    FLOW_WAITING = "flow_waiting", "title"
    FLOW_WELCOME_BACK = "flow_welcome_back", "place"
    FLOW_GUESS = "flow_guess", "label"
    FLOW_GUESSED = "flow_guessed", "label"
    FLOW_PUT_AWAY = "flow_put_away", "title"
    FLOW_UNDER_WAY = "flow_under_way", "place"
    FLOW_STALE_BUTTON = "flow_stale_button"
    FLOW_STALE_BUTTON_OF_LEFT = "flow_stale_button_of_left"
    FLOW_PLACE = "flow_place", "title number count"
    FLOW_ASK_AWAY = "flow_ask_away"
    FLOW_NOT_UNDERSTOOD = "flow_not_understood"
    FLOW_NOT_UNDERSTOOD_AGAIN = "flow_not_understood_again"
    FLOW_NOT_UNDERSTOOD_PERSON = "flow_not_understood_person"
    FLOW_STOPPED = "flow_stopped", "title"
    FLOW_PAUSED = "flow_paused", "place"
    FLOW_NONE = "flow_none"
    BUTTON_DONE = "button_done"
    BUTTON_TROUBLE = "button_trouble"
    BUTTON_BACK = "button_back"
    BUTTON_ASK = "button_ask"
    BUTTON_STOP = "button_stop"
    BUTTON_NO = "button_no"
    BUTTON_RESUME = "button_resume"
    BUTTON_RESTART = "button_restart"
    BUTTON_UNSURE = "button_unsure"
    BUTTON_SOMETHING_ELSE = "button_something_else"
    BUTTON_START = "button_start"
    BUTTON_RATE = "button_rate"
    SCAM_SIGNS_FOUND = "scam_signs_found"
    SCAM_SIGNS_NONE = "scam_signs_none"
    # safety
    EMERGENCY = "emergency"
    SCAM_IN_PROGRESS = "scam_in_progress"
    PERSONAL_DATA = "personal_data"
    PERSONAL_DATA_IN_GROUP = "personal_data_in_group"
    # what a channel shows of us before the first word
    BOT_DESCRIPTION = "bot_description"
    BOT_SHORT_DESCRIPTION = "bot_short_description"
    # data of one's own
    PILOT_CHANNEL = "pilot_channel", "channel"
    DATA_NOTHING = "data_nothing"
    DATA_TERMINAL = "data_terminal"
    DATA_CHANNEL = "data_channel", "channel"
    DATA_FIRST_SEEN = "data_first_seen", "time"
    DATA_LAST_SEEN = "data_last_seen", "time"
    DATA_NOTICE = "data_notice", "version", "time"
    DATA_NOTICE_SHOWN = "data_notice_shown", "version"
    DATA_RECEIVED = "data_received", "count"
    DATA_SESSION = "data_session", "date"
    DATA_TOPIC = "data_topic", "title"
    DATA_FLOW = "data_flow", "title count", "answers"
    DATA_FLOW_ANSWERS = "data_flow_answers", "labels"
    DATA_SENT = "data_sent", "count"
    # bad input
    EMPTY = "empty"
    ONLY_SYMBOLS = "only_symbols"
    TOO_LONG = "too_long", "", "limit"
    LINE_NOT_JSON = "line_not_json"
    LINE_NOT_OBJECT = "line_not_object"
    LINE_LACKS_FIELD = "line_lacks_field", "field"
    LINE_FIELD_NO_TEXT = "line_field_no_text", "field"
    BAD_REQUEST = "bad_request", "fields"
    BODY_TOO_LARGE = "body_too_large"
    TOO_MANY = "too_many", "", "seconds"
    UNAVAILABLE = "unavailable"
    # Telegram
    TELEGRAM_IN_PRIVATE = "telegram_in_private"
    BUTTON_OPEN_PRIVATE = "button_open_private"
    BUTTON_OPEN_TOPIC = "button_open_topic"
    INLINE_NOTHING = "inline_nothing"
    TELEGRAM_NOT_LET_IN = "telegram_not_let_in"
    TELEGRAM_NO_ANSWER = "telegram_no_answer", "code"
    TELEGRAM_WEBHOOK_REFUSED = "telegram_webhook_refused"
    TELEGRAM_WEBHOOK_UNFIT = "telegram_webhook_unfit"
    # the grant of Zalo OA, for staff
    ZALO_GRANT_DONE = "zalo_grant_done"
    ZALO_GRANT_FAILED = "zalo_grant_failed"
    ZALO_GRANT_PASTE = "zalo_grant_paste"
    # groups of topics
    GROUP_ACTIVATION = "group_activation"
    GROUP_ACCOUNT = "group_account"
    GROUP_UTILITY = "group_utility"
    GROUP_SERVICE = "group_service"
    GROUP_TROUBLE = "group_trouble"
    GROUP_SAFETY = "group_safety"
    GROUP_CAMPAIGN = "group_campaign"

    @property
    def blanks(self) -> frozenset[str]:
        """Every blank that the text may have."""
        return self.needed | self.optional

    def fits(self, text: str | None) -> bool:
        """Whether this text can be said under this key: it is there, and its blanks are right."""
        blanks = None if text is None else find_blanks(text)
        return blanks is not None and self.needed <= blanks <= self.blanks


def find_blanks(text: str) -> frozenset[str] | None:
    """The names in braces; None when the braces are broken or hold more than a name."""
    names = set()
    try:
        for _, name, form, conversion in Formatter().parse(text):
            if name is not None:
                if not name.isidentifier() or form or conversion:
                    return None
                names.add(name)
    except ValueError:
        return None
    return frozenset(names)
