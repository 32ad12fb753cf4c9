"""Everything that can be wrong with content: the table of issue codes, and one found issue.

Each code has a Vietnamese sentence in three beats: where (added when printed), what, how to mend
it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.text.personal_data import PersonalDataKind


class Severity(StrEnum):
    """An error keeps content from being served. A warning fails the check alone: it can come with
    time, or is about what is not served anyway, and what ran yesterday must not stop today. A
    notice is something an editor should know.
    """

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class IssueKind:
    """One row of the table: how bad it is, and what to tell the editor."""

    severity: Severity
    message: str


def _error(message: str) -> IssueKind:
    return IssueKind(Severity.ERROR, message)


def _warning(message: str) -> IssueKind:
    return IssueKind(Severity.WARNING, message)


def _notice(message: str) -> IssueKind:
    return IssueKind(Severity.NOTICE, message)


ISSUE_KINDS: dict[str, IssueKind] = {
    # files and schema
    "file_missing": _error(
        "Không có tệp này. Hãy chép lại tệp từ bản gốc, hoặc xem có ai đã đổi tên nó không."
    ),
    "file_not_utf8": _error(
        "Tệp không ở bảng mã UTF-8. "
        'Hãy mở tệp bằng Notepad, chọn "Lưu thành…", chọn mã hóa UTF-8 rồi lưu lại.'
    ),
    "file_unreadable": _error(
        "Máy không mở được tệp này. Hãy xem nó có đúng là một tệp, không phải thư mục hay lối tắt "
        "hỏng, và tài khoản chạy trợ lý có quyền đọc nó."
    ),
    "file_stray": _warning(
        "Tệp này nằm sai chỗ hoặc sai đuôi tên nên không được dùng. "
        "Hãy chuyển về đúng chỗ ({allowed}), hoặc đem ra khỏi thư mục này."
    ),
    "front_matter_missing": _error(
        "Tệp không bắt đầu bằng dòng ---. "
        "Hãy để dòng --- lên đầu tệp, rồi đến các mục id, code, title…"
    ),
    "front_matter_open": _error(
        "Phần đầu tệp chưa có dòng --- thứ hai để kết thúc. "
        "Hãy thêm dòng --- ngay trước câu trả lời ngắn."
    ),
    "yaml_tab": _error(
        "Dòng này thụt vào bằng phím Tab. Hãy xóa khoảng trống đầu dòng và gõ lại bằng dấu cách."
    ),
    "yaml_quote": _error(
        "Dấu nháy ở dòng này không có đôi, hoặc bên trong còn dấu nháy khác. "
        "Hãy mở và đóng cả câu bằng một cặp nháy; nháy bên trong thì đổi sang loại nháy kia."
    ),
    "yaml_colon_missing": _error(
        "Dòng này thiếu dấu hai chấm sau tên mục, hoặc thiếu dấu cách sau dấu hai chấm. "
        "Hãy viết dạng: tên mục, dấu hai chấm, dấu cách, nội dung."
    ),
    "yaml_colon_twice": _error(
        "Nội dung của dòng này có dấu hai chấm nên máy hiểu nhầm. "
        "Hãy đặt cả nội dung, sau tên mục, trong cặp dấu nháy kép."
    ),
    "yaml_bracket": _error(
        "Dấu ngoặc [ ] hoặc {{ }} ở dòng này hoặc dòng trên không đủ đôi, hoặc còn chữ sau nó. "
        "Hãy đóng ngoặc; nếu ngoặc là một phần của câu, hãy đặt cả câu trong dấu nháy kép."
    ),
    "yaml_special_character": _error(
        "Nội dung của dòng này bắt đầu bằng một ký tự đặc biệt (như @ % * & ! > | -). "
        "Hãy đặt cả nội dung trong cặp dấu nháy kép."
    ),
    "yaml_control_character": _error(
        "Dòng này có ký tự không nhìn thấy được, thường do dán từ Word. Hãy xóa dòng và gõ lại."
    ),
    "yaml_indentation": _error(
        "Dòng này thụt vào không thẳng với các dòng cùng cấp. "
        "Hãy cho các mục cùng cấp, các dấu - cùng danh sách, cách lề trái như nhau."
    ),
    "yaml_not_mapping": _error(
        "Phần này không gồm các mục có tên. Hãy viết mỗi mục dạng: tên mục, dấu hai chấm, nội dung."
    ),
    "yaml_broken": _error(
        "Máy không hiểu cách viết ở dòng này. Hãy so với một tệp khác cùng loại; "
        "câu có ký tự lạ thì đặt trong cặp dấu nháy kép."
    ),
    "key_unknown": _error(
        'Không có mục tên "{key}". Hãy bỏ đi, hoặc dùng một trong các mục: {allowed}.'
    ),
    "key_repeated": _error(
        'Mục "{key}" đã có ở dòng {first}, nên dòng đó bị bỏ qua. Hãy giữ một mục, xóa mục kia.'
    ),
    "key_missing": _error('Thiếu mục "{key}". Hãy thêm mục này.'),
    "value_not_text": _error('Mục "{key}" phải là một dòng chữ. Hãy viết lại thành một dòng.'),
    "value_not_number": _error(
        'Mục "{key}" phải là một số. Hãy chỉ viết chữ số, không có số 0 ở đầu.'
    ),
    "value_not_list": _error(
        'Mục "{key}" phải là một danh sách. '
        'Hãy viết mỗi ý một dòng bắt đầu bằng "- ", hoặc để cả danh sách trong ngoặc vuông.'
    ),
    "value_not_table": _error(
        'Mục "{key}" phải gồm các dòng có tên. Hãy viết mỗi dòng dạng: tên, dấu hai chấm, nội dung.'
    ),
    "value_not_numbered": _error(
        'Mục "{key}" phải gồm các dòng bắt đầu bằng số. '
        'Hãy viết mỗi dòng dạng "3: chữ", số là số bước của chủ đề.'
    ),
    "value_not_block": _error(
        'Mục "{key}" phải là một khối nhiều dòng. '
        'Hãy viết "{key}: |" rồi xuống dòng, mỗi câu một dòng bắt đầu bằng "- ".'
    ),
    "item_not_text": _error(
        'Danh sách "{key}" có ý trống hoặc không phải là chữ. '
        'Hãy viết chữ sau dấu "- "; câu có dấu hai chấm thì đặt trong cặp dấu nháy kép.'
    ),
    "item_not_table": _error(
        'Mỗi ý của danh sách "{key}" phải gồm các mục con có tên. '
        "Hãy viết mỗi mục con dạng: tên mục, dấu hai chấm, nội dung."
    ),
    "value_empty": _error('Mục "{key}" đang để trống. Hãy điền, hoặc bỏ cả mục.'),
    "value_not_allowed": _error(
        'Mục "{key}" không nhận giá trị "{value}". Hãy chọn một trong: {allowed}.'
    ),
    "id_malformed": _error(
        'Mã "{value}" sai dạng. Hãy viết nhom/ten-khong-dau, ví dụ service/dang-ky-tam-tru.'
    ),
    "id_not_like_file": _error('Mã "{value}" không khớp tên tệp. Hãy đặt tên tệp là {expected}.'),
    "id_duplicate": _error('Mã "{value}" đã có ở {other}. Hãy đặt mã khác hoặc gộp hai tệp.'),
    "code_duplicate": _error(
        "Số {value} đã dùng ở {other}. Hãy chọn số khác; số trống tiếp theo là {free}."
    ),
    "code_out_of_range": _error(
        "Số {value} phải có ba chữ số (100 đến 999), không trùng số khẩn cấp 110-119, 156. "
        "Hãy chọn số khác; số trống tiếp theo là {free}."
    ),
    "date_malformed": _error('Ngày "{value}" sai dạng. Hãy viết 2026, 2026-11 hoặc 2026-11-21.'),
    "day_malformed": _error('Ngày "{value}" sai dạng. Hãy viết đủ ngày, ví dụ 2026-11-21.'),
    "duty_malformed": _error(
        'Nhiệm vụ "{value}" sai dạng. Hãy viết chữ M và ba chữ số, ví dụ M071.'
    ),
    # the body of a topic
    "answer_missing": _error(
        "Thiếu câu trả lời ngắn ngay dưới phần đầu tệp. Hãy viết hai câu trả lời trước các bước."
    ),
    "answer_too_long": _error(
        "Câu trả lời ngắn có {count} từ, tối đa {limit}. Hãy viết gọn, chuyển ý phụ xuống dưới."
    ),
    "answer_too_many_sentences": _error(
        "Câu trả lời ngắn có {count} câu, tối đa {limit}. Hãy giữ hai câu chính."
    ),
    "section_unknown": _error('Không có phần tên "{value}". Hãy dùng: {allowed}.'),
    "section_repeated": _error('Phần "{value}" viết hai lần. Hãy gộp lại.'),
    "section_out_of_order": _error('Phần "{value}" đứng sai chỗ. Hãy xếp lại: {allowed}.'),
    "step_not_understood": _error(
        'Không hiểu dòng này: "{value}". Hãy bắt đầu mỗi bước bằng số, ví dụ "1. ".'
    ),
    "what_if_not_understood": _error(
        'Không hiểu dòng này: "{value}". Hãy viết "- Điều xảy ra: Cách xử lý."'
    ),
    "item_not_understood": _error(
        'Không hiểu dòng này: "{value}". Hãy bắt đầu mỗi dòng bằng "- ".'
    ),
    "example_not_understood": _error(
        'Không hiểu dòng này: "{value}". Hãy bắt đầu mỗi câu mẫu bằng "- ".'
    ),
    "step_number_wrong": _error(
        "Bước này đánh số {value}, đúng ra là {expected}. Hãy đánh số lại từ 1."
    ),
    "step_too_long": _error("Bước này có {count} từ, tối đa {limit}. Hãy tách thành hai bước."),
    "title_too_long": _error("Tên dài {count} ký tự, tối đa {limit} để vừa nút bấm. Hãy rút gọn."),
    "reply_too_long": _error(
        "Câu trả lời đầy đủ dài {count} ký tự, tối đa {limit} (tin nhắn Zalo). "
        "Hãy rút gọn các bước hoặc giấy tờ."
    ),
    # flows
    "flow_step_kind": _error(
        "Không rõ đây là loại bước nào (thấy: {found}). "
        "Hãy để mỗi bước có đúng một mục trong: {allowed}."
    ),
    "flow_id_malformed": _error(
        'Mã "{value}" sai dạng. Hãy viết chữ thường không dấu, nối bằng gạch ngang: hoi-noi-cai.'
    ),
    "flow_id_reserved": _error(
        'Mã "{value}" dành cho lối tự có của chủ đề. Hãy đặt mã khác, không phải chữ t và số.'
    ),
    "flow_without_steps": _error("Lối này không có bước nào. Hãy viết ít nhất một bước."),
    "flow_slot_malformed": _error(
        'Tên ô nhớ "{value}" sai dạng. Hãy viết chữ thường không dấu, nối bằng gạch dưới: noi_cai.'
    ),
    "flow_condition_broken": _error(
        'Không hiểu điều kiện "{value}", ở chỗ "{part}". Hãy viết như: muc = muc-2 and the != '
        "het-han."
    ),
    "flow_step_duplicate": _error(
        'Mã bước "{value}" đã dùng trong tệp này, hoặc là từ dành riêng (END, RETRY, PERSON). '
        "Hãy đặt mã khác."
    ),
    "flow_step_unknown": _error(
        'Không có bước "{value}". Hãy sửa mã, hoặc dùng END, RETRY, PERSON.'
    ),
    "topic_unknown": _error(
        'Không có chủ đề "{value}". Hãy sửa mã cho đúng một tệp trong knowledge/.'
    ),
    "topic_step_unknown": _error(
        "Chủ đề {topic} không có bước số {value} (có {count} bước). Hãy sửa số."
    ),
    "flow_guide_backwards": _error(
        "Mục to ({last}) nhỏ hơn mục from ({first}), nên không bước nào được nói. Hãy sửa hai số."
    ),
    "flow_guide_step_left_out": _error(
        "Mục {key} nhắc bước số {value}, mà ở đây chỉ nói từ bước {first} đến bước {last}. "
        "Hãy sửa số, hoặc bỏ đi."
    ),
    "flow_unknown": _error('Không có lối hướng dẫn "{value}". Hãy sửa mã cho đúng một tệp flows/.'),
    "flow_branch_without_else": _error(
        'Bước "{value}" rẽ nhánh nhưng thiếu "else" ở cuối. Hãy thêm nhánh "else".'
    ),
    "flow_branch_mixed": _error(
        'Một nhánh có cả "else" lẫn "if" hay "then". '
        'Hãy tách thành hai nhánh, nhánh "else" ở dòng "- " riêng.'
    ),
    "flow_else_not_last": _error(
        'Bước "{value}" có nhánh "else" không đứng cuối. Hãy chuyển xuống cuối.'
    ),
    "flow_slot_unknown": _error(
        'Điều kiện hỏi ô nhớ "{value}" mà không bước nào điền. Hãy sửa tên cho khớp mục collect.'
    ),
    "flow_value_unknown": _error(
        'Ô nhớ "{slot}" không bao giờ là "{value}". Hãy chọn một trong: {known}.'
    ),
    "flow_step_unreachable": _error(
        'Không lối nào dẫn tới bước "{value}". Hãy nối vào một bước khác, hoặc bỏ đi.'
    ),
    "flow_loop_without_exit": _error(
        'Từ bước "{value}" không đi tới đâu được, chỉ quay vòng. Hãy thêm lối tới END hoặc PERSON.'
    ),
    "flow_retry_without_trouble": _error(
        'Bước "{value}" dùng RETRY, nhưng không ai tới đây từ "Không làm được". '
        "Hãy ghi mã bước cần quay về."
    ),
    "flow_calls_itself": _error(
        'Lối "{value}" gọi vòng lại chính nó. Hãy dùng link, hoặc đổi cách gọi.'
    ),
    "flow_options_count": _error(
        "Câu hỏi có {count} lựa chọn; phải có từ 1 đến {limit}. Hãy chia thành hai câu hỏi."
    ),
    "flow_option_duplicate": _error(
        'Lựa chọn "{value}" trùng nhãn hoặc trùng giá trị với lựa chọn khác. Hãy viết khác đi.'
    ),
    "flow_phrase_duplicate": _error(
        'Cách nói "{value}" cũng là của lựa chọn "{other}". Hãy để ở một lựa chọn.'
    ),
    "flow_payload_too_long": _error(
        "Mã của nút dài {count} byte, tối đa {limit}. Hãy rút ngắn mã lối, mã bước hoặc giá trị."
    ),
    "flow_task_too_long": _error(
        "Việc này có {count} từ, tối đa {limit}. Hãy tách thành hai bước."
    ),
    "flow_text_too_long": _error("Đoạn này dài {count} ký tự, tối đa {limit}. Hãy viết gọn lại."),
    "flow_asks_personal_data": _error(
        'Không được hỏi thông tin cá nhân ("{value}"). Hãy hỏi có hay không, đúng hay sai.'
    ),
    "flow_without_unsure": _error(
        'Câu hỏi "{value}" thiếu lối cho người không rõ. Hãy thêm mục unsure.'
    ),
    "flow_without_trouble": _error(
        'Việc "{value}" thiếu lối "Không làm được". Hãy thêm mục trouble: mã bước, hoặc PERSON.'
    ),
    # pictures
    "picture_unknown": _error(
        'Không có hình "{value}". Hãy sửa mã cho đúng một hình trong knowledge/pictures.yaml.'
    ),
    "picture_alt_too_long": _error(
        "Lời tả hình dài {count} ký tự, tối đa {limit}. Hãy tả gọn hình vẽ gì, bỏ điều bước đã nói."
    ),
    "picture_too_large": _error(
        "Tệp hình nặng {count} byte, tối đa {limit}. Hãy vẽ đơn giản hơn để mạng yếu cũng xem được."
    ),
    "picture_size_wrong": _error(
        "Hình không đúng khổ {width} × {height}, hoặc tệp hỏng. "
        "Hãy vẽ lại đúng khổ (tệp SVG ghi viewBox 0 0 {width} {height}), rồi tạo lại tệp PNG."
    ),
    "picture_outdated": _warning(
        "Tệp PNG này không còn giống {drawing}. Hãy chạy: python -m benchmarks.pictures"
    ),
    "picture_unlisted": _warning(
        "Tệp này không thuộc hình nào trong knowledge/pictures.yaml nên không được dùng. "
        "Hãy khai hình đó, hoặc đem tệp ra khỏi {folder}/."
    ),
    "picture_unused": _notice('Không bước nào dùng hình "{value}". Có thể bỏ nếu không cần.'),
    # across files
    "also_dead": _error(
        'Mã "{value}" ở mục also không có trong knowledge/ids.yaml. Hãy sửa lại mã hoặc bỏ đi.'
    ),
    "also_claimed_twice": _error('Mã "{value}" ở mục also đã thuộc về {other}. Hãy bỏ ở một nơi.'),
    "id_not_listed": _error(
        'Mã "{value}" chưa có trong knowledge/ids.yaml. Hãy thêm vào danh sách đó.'
    ),
    "id_unresolved": _error(
        'Mã "{value}" trong danh sách chưa có chủ đề nào trả lời. '
        "Hãy viết chủ đề, hoặc thêm vào also."
    ),
    "related_unknown": _error('Chủ đề liên quan "{value}" không có. Hãy sửa mã hoặc bỏ đi.'),
    "related_to_itself": _error("Chủ đề ghi chính nó là liên quan. Hãy bỏ dòng này."),
    "alias_duplicate": _error(
        'Cách gọi "{value}" đã có ở {other}. Hãy để ở một chủ đề, hoặc nói rõ hơn.'
    ),
    "source_missing": _error(
        "Chủ đề không có nguồn. "
        "Hãy thêm ít nhất một nguồn có tên, địa chỉ hoặc số văn bản, và ngày."
    ),
    "law_unknown": _error(
        'Văn bản "{value}" không có trong knowledge/laws.yaml. Hãy đăng ký văn bản đó, hoặc sửa mã.'
    ),
    "law_lapsed": _warning(
        "Chủ đề dựa vào {value}, đã hết hiệu lực từ {since}{by}. Hãy cập nhật theo văn bản mới, "
        'hoặc ghi rõ trong "Lưu ý" rằng {value} đã hết hiệu lực.'
    ),
    "law_lapsed_told": _notice(
        "Chủ đề dựa vào {value}, đã hết hiệu lực từ {since}{by}; phần Lưu ý có nói điều này."
    ),
    "law_amended": _notice(
        "Chủ đề dựa vào {value}, đã được sửa từ {since}{by}. Bot tự nhắc người dân kiểm tra lại."
    ),
    "law_reference_unknown": _error(
        'Văn bản "{value}" (sửa hoặc thay) không có trong sổ. Hãy đăng ký văn bản đó.'
    ),
    "law_uncited": _notice("Không chủ đề nào dẫn {value}. Có thể bỏ khỏi sổ nếu không cần."),
    # wording
    "not_nfc": _error(
        "Chữ trong dòng này chưa ở dạng Unicode dựng sẵn (NFC). "
        "Hãy gõ lại hoặc lưu lại bằng Unicode dựng sẵn."
    ),
    "diacritics_missing": _error(
        'Câu này thiếu dấu: "{value}". Hãy viết tiếng Việt có dấu đầy đủ.'
    ),
    "officialese": _error('Từ "{value}" khó hiểu với người dân. Hãy thay bằng: {better}.'),
    "topic_title_unknown": _error(
        'Không có chủ đề nào tên "{value}". Hãy chép đúng tên (mục title) của một chủ đề.'
    ),
    "personal_number": _error(
        "Dòng này có số giống {value}. Hãy bỏ đi: nội dung không được chứa số của cá nhân."
    ),
    # intents
    "intent_unknown": _error(
        'Ý định "{value}" không ứng với chủ đề nào. Hãy sửa tên cho đúng mã chủ đề.'
    ),
    "intent_without_examples": _error(
        'Ý định "{value}" không có câu mẫu. Hãy thêm các câu người dân hay hỏi.'
    ),
    "examples_too_few": _error(
        'Chủ đề "{value}" mới có {count} câu mẫu, cần ít nhất {limit}. Hãy viết thêm.'
    ),
    "example_duplicate": _error('Câu mẫu "{value}" đã có ở ý định {other}. Hãy bỏ một nơi.'),
    "phrases_duplicate": _error(
        '"{value}" đã có ở {other}. Hãy gộp hai danh sách, hoặc đặt tên khác cho danh sách này.'
    ),
    "phrase_in_two_lists": _error(
        'Cách nói "{value}" đã có ở "{other}", nên máy không biết chọn nghĩa nào. Hãy bỏ một nơi.'
    ),
    "phrase_without_value": _error(
        'Cách nói "{value}" của "{entity}" chưa có nghĩa. Hãy thêm vào một danh sách synonym.'
    ),
    "phrase_without_entity": _error(
        'Cách nói "{value}" không có trong danh sách lookup nào nên không bao giờ được nhận ra. '
        "Hãy thêm vào một danh sách lookup, hoặc bỏ đi."
    ),
    # messages and word lists
    "message_missing": _error('Thiếu câu "{key}" trong config/messages.yaml. Hãy thêm câu này.'),
    "message_unknown": _error(
        'Trợ lý không dùng câu nào tên "{key}". Hãy sửa lại tên cho đúng, hoặc bỏ câu này.'
    ),
    "message_broken": _error(
        'Câu "{key}" có ngoặc nhọn sai. Hãy viết mỗi chỗ trống là một tên giữa hai ngoặc nhọn, '
        "ví dụ {{value}}."
    ),
    "message_blank_unknown": _error(
        'Câu "{key}" có chỗ trống {{{blank}}} mà trợ lý không điền được. '
        "Chỗ trống được dùng: {allowed}. Hãy sửa lại."
    ),
    "message_blank_missing": _error(
        'Câu "{key}" thiếu chỗ trống {{{blank}}}. Hãy viết thêm {{{blank}}} vào câu.'
    ),
}


#: What editors call the numbers that must not stand in content.
PERSONAL_DATA_NAMES = {
    PersonalDataKind.ID_NUMBER: "số giấy tờ",
    PersonalDataKind.PHONE: "số điện thoại cá nhân",
    PersonalDataKind.ONE_TIME_CODE: "mã dùng một lần",
    PersonalDataKind.PASSWORD: "mật khẩu",
    PersonalDataKind.BANK_ACCOUNT: "số tài khoản",
    PersonalDataKind.EMAIL: "thư điện tử",
}


def listed(values: Iterable[str]) -> str:
    """The values as editors read them."""
    return ", ".join(values) or "không có"


def by_laws(numbers: Sequence[str]) -> str:
    """The texts that amended or replaced another, as the end of a clause."""
    return f", bởi {', '.join(numbers)}" if numbers else ""


@dataclass(frozen=True, slots=True, order=True)
class ContentIssue:
    """One thing wrong in one place of the content."""

    path: str
    line: int
    code: str
    text: str

    @property
    def severity(self) -> Severity:
        """How bad it is, from the table."""
        return ISSUE_KINDS[self.code].severity

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


def issue(path: str, line: int, code: str, **values: object) -> ContentIssue:
    """An issue of the table with its blanks filled in.

    Raises:
        KeyError: no such code, or a blank of its message was not given.
    """
    return ContentIssue(path, line, code, ISSUE_KINDS[code].message.format(**values))


def count_errors(issues: Iterable[ContentIssue]) -> int:
    """How many of the issues keep the content from being served."""
    return sum(one.severity is Severity.ERROR for one in issues)
