"""Every setting, declared once: name, type, default and Vietnamese help.

Values come from the environment (`TROLY06_PORT=9000`) or from a file `.env`. Secrets only from
there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.errors import ConfigError

#: The folder that holds knowledge/, intents/, config/ and the shipped encoder.
PROJECT_ROOT = Path(__file__).resolve().parent.parent
_PREFIX, _FILE = "TROLY06_", ".env"

#: What a value must be, by the code of the rule that it breaks:
#: https://docs.pydantic.dev/latest/errors/validation_errors/ (read 2026-11-21).
_RULES = {
    "int_parsing": "phải là một số nguyên",
    "float_parsing": "phải là một số",
    "literal_error": "phải là một trong các giá trị kể dưới đây",
    "greater_than": "phải lớn hơn {gt}",
    "int_parsing_size": "là số quá lớn",
    "bool_parsing": "phải là true hoặc false",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "không được quá {le}",
}
_OTHER_RULE = "có giá trị không dùng được"
#: The same for values that must look like something.
_PATTERNS = {
    "rasa_url": "phải bắt đầu bằng http:// hoặc https://",
    "telegram_api_url": "phải bắt đầu bằng http:// hoặc https://",
    "zalo_oa_api_url": "phải bắt đầu bằng http:// hoặc https://",
    "zalo_oa_oauth_url": "phải bắt đầu bằng http:// hoặc https://",
    "zalo_bot_api_url": "phải bắt đầu bằng http:// hoặc https://",
    "public_url": "phải có dạng https://tên-miền, không có gì phía sau",
    "database_url": "phải bắt đầu bằng postgresql:// hoặc sqlite:///",
}
_BROKEN_SETTING = (
    "Cài đặt {name} {rule}. Hãy sửa trong tệp {file} hoặc trong biến môi trường. "
    "Cài đặt này là: {help}"
)
_BROKEN_FILE = (
    "Không đọc được tệp {file} ở thư mục đang chạy. "
    "Hãy lưu lại tệp với bảng mã UTF-8 và cấp quyền đọc."
)


def _outside(name: str) -> AliasChoices:
    """A setting that goes by its vendor's usual name as well, without our prefix."""
    return AliasChoices(f"{_PREFIX}{name}", name)


class Settings(BaseSettings):
    """How this copy of the assistant runs."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_file=_FILE, extra="ignore", populate_by_name=True
    )

    content_root: Path = Field(
        PROJECT_ROOT, description="Thư mục chứa knowledge/, intents/, config/."
    )
    data_dir: Path = Field(
        PROJECT_ROOT / "var", description="Thư mục chứa chỉ mục tìm kiếm và cơ sở dữ liệu."
    )
    encoder: str = Field(
        "builtin",
        description="Bộ mã hóa câu: builtin, hoặc đường dẫn hay tên một SentenceTransformer.",
    )
    builtin_encoder_dir: Path = Field(
        PROJECT_ROOT / "bot" / "retrieval" / "builtin", description="Thư mục chứa bộ mã hóa có sẵn."
    )
    build_index_when_stale: bool = Field(
        True, description="Tự dựng lại chỉ mục khi nội dung hoặc bộ mã hóa đã đổi."
    )
    reload_seconds: int = Field(
        10,
        ge=0,
        le=3600,
        description="Cứ từng này giây thì xem nội dung có đổi không, đổi thì dùng ngay; 0 là không "
        "xem.",
    )
    nlu: Literal["builtin", "rasa"] = Field(
        "builtin",
        description="Cách hiểu câu hỏi: builtin (có sẵn), hoặc rasa (hỏi một máy chủ Rasa).",
    )
    rasa_url: str = Field(
        "http://127.0.0.1:5005",
        pattern=r"^https?://[^/?#\s]+",
        description="Địa chỉ máy chủ Rasa, khi hiểu bằng rasa.",
    )
    rasa_timeout_ms: int = Field(
        1000,
        ge=50,
        le=30_000,
        description="Thời gian chờ máy chủ Rasa trong một lượt, tính bằng mili giây.",
    )
    rasa_retries: int = Field(
        1, ge=0, le=5, description="Số lần hỏi lại máy chủ Rasa khi lỗi có thể tự hết."
    )
    # Both chosen on the development questions with `python -m benchmarks.rasa_nlu … --lines`.
    rasa_min_answer: float = Field(
        0.6, ge=0, le=1, description="Rasa chắc từ mức này thì trả lời thẳng, từ 0 đến 1."
    )
    rasa_min_choices: float = Field(
        0.6, ge=0, le=1, description="Rasa chắc từ mức này thì mời chọn, từ 0 đến 1."
    )
    host: str = Field("127.0.0.1", description="Địa chỉ máy chủ lắng nghe.")
    port: int = Field(8080, ge=0, le=65535, description="Cổng máy chủ lắng nghe.")
    operator_name: str = Field(
        "đơn vị vận hành tại địa phương",
        description="Tên đơn vị vận hành, hiện trên trang hỏi đáp.",
    )
    max_utterance_chars: int = Field(
        2000, ge=100, description="Độ dài tối đa của một câu hỏi, tính bằng ký tự."
    )
    max_body_bytes: int = Field(
        16_384, ge=1024, description="Độ lớn tối đa của một yêu cầu gửi lên, tính bằng byte."
    )
    requests_per_minute: int = Field(
        60, ge=1, description="Số yêu cầu tối đa mỗi phút từ một địa chỉ."
    )
    session_days: int = Field(30, ge=1, description="Số ngày giữ một cuộc trò chuyện.")
    max_sessions: int = Field(
        100_000,
        ge=1,
        description="Số cuộc trò chuyện giữ tối đa; quá số này thì quên cuộc lâu không dùng nhất.",
    )

    max_waiting_updates: int = Field(
        20_000,
        ge=100,
        description="Số tin nhắn chờ trả lời tối đa; quá số này thì để Zalo, Telegram gửi lại sau.",
    )
    message_days: int = Field(
        30, ge=2, description="Số ngày giữ dấu vết các tin đã nhận và nội dung các tin đã gửi."
    )
    database_url: str = Field(
        "",
        pattern=r"^$|^sqlite:///|^postgresql://",
        description="Cơ sở dữ liệu: để trống là SQLite trong thư mục dữ liệu, hoặc "
        "postgresql://người-dùng:mật-khẩu@máy/tên.",
    )
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Khóa bí mật của nơi cài đặt, từ 16 ký tự; mọi máy chủ dùng chung. Để trống "
        "thì tự tạo tệp secret.key trong thư mục dữ liệu (chỉ với SQLite).",
    )
    public_url: str = Field(
        "",
        pattern=r"^$|^https://[^/?#\s]+$",
        description="Địa chỉ https của máy chủ, ví dụ https://hoidap.xa-a.vn; có thì các kênh gửi "
        "tin đến thẳng máy chủ, để trống thì máy chủ tự hỏi tin mới.",
    )
    workers: int = Field(
        1, ge=0, le=16, description="Số lượt trả lời làm song song trong mỗi tiến trình."
    )
    reply_hours: int = Field(
        24, ge=1, le=48, description="Sau từng này giờ mà câu trả lời vẫn chưa gửi được thì thôi."
    )
    log_format: Literal["text", "json"] = Field(
        "text", description="Dạng dòng nhật ký: text, hoặc json."
    )
    metrics_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="Cổng cho Prometheus lấy số đo; 0 là không mở.",
    )
    metrics_host: str = Field(
        "127.0.0.1", description="Địa chỉ mở cổng cho Prometheus; mặc định chỉ máy này vào được."
    )
    trusted_proxies: str = Field(
        "",
        description="Địa chỉ các máy đứng trước (proxy) được tin khi báo địa chỉ người dùng, "
        "cách nhau bằng dấu phẩy.",
    )
    telegram_bot_token: SecretStr = Field(
        SecretStr(""),
        validation_alias=_outside("TELEGRAM_BOT_TOKEN"),
        description="Mã của bot do BotFather cấp; có thì mở kênh Telegram.",
    )
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Mã để Telegram chứng tỏ tin là thật, khi có địa chỉ https; để trống thì tự "
        "tạo.",
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org",
        pattern=r"^https?://[^?#\s]+$",
        description="Địa chỉ máy chủ Telegram.",
    )
    telegram_proxy_url: SecretStr = Field(
        SecretStr(""),
        description="Máy trung chuyển (proxy) để gọi Telegram, ví dụ http://10.0.0.2:3128; để "
        "trống là gọi thẳng.",
    )
    telegram_sends_per_second: float = Field(
        25, gt=0, le=1000, description="Số tin gửi tối đa mỗi giây qua Telegram."
    )
    zalo_app_id: str = Field(
        "",
        validation_alias=_outside("ZALO_APP_ID"),
        description="Mã ứng dụng Zalo; có cùng ZALO_OA_ID thì mở kênh Zalo OA.",
    )
    zalo_app_secret: SecretStr = Field(
        SecretStr(""),
        validation_alias=_outside("ZALO_APP_SECRET"),
        description="Khóa bí mật của ứng dụng Zalo.",
    )
    zalo_oa_id: str = Field(
        "", validation_alias=_outside("ZALO_OA_ID"), description="Mã của Zalo Official Account."
    )
    zalo_oa_secret_key: SecretStr = Field(
        SecretStr(""),
        validation_alias=_outside("ZALO_OA_SECRET_KEY"),
        description="Khóa OA Secret Key ở trang Webhook của Zalo.",
    )
    zalo_oa_signature_candidates: str = Field(
        "",
        description="Các cách ký webhook Zalo được nhận, cách nhau bằng dấu phẩy; để trống là thử "
        "mọi cách.",
    )
    zalo_oa_bad_signature_status: int = Field(
        403, ge=200, le=499, description="Mã trả lời khi chữ ký webhook Zalo sai."
    )
    zalo_oa_max_event_age_seconds: int = Field(
        86_400, ge=60, description="Tin từ Zalo đã ký quá số giây này thì không nhận."
    )
    zalo_oa_answers_before_stored: bool = Field(
        True,
        description="Cơ sở dữ liệu chậm hay hỏng thì vẫn báo đã nhận tin của Zalo OA, giữ tin "
        "trong bộ nhớ tới khi lưu được; tắt thì báo lỗi 503 để Zalo gửi lại.",
    )
    zalo_oa_sends_by_v2: bool = Field(
        False,
        description="Gửi tin Zalo OA bằng lệnh gọi cũ (v2), khi lệnh mới báo lỗi -235.",
    )
    zalo_oa_sends_buttons: bool = Field(
        True, description="Gửi nút bấm qua Zalo OA; tắt thì các lựa chọn được đánh số."
    )
    zalo_oa_names_button_template: bool = Field(
        False, description='Ghi thêm "template_type": "button" khi gửi nút qua Zalo OA.'
    )
    zalo_oa_sends_pictures: bool = Field(
        True, description="Gửi hình vẽ qua Zalo OA; tắt thì gửi lời tả hình."
    )
    zalo_oa_text_chars: int = Field(
        2000,
        ge=200,
        le=2000,
        description="Độ dài tối đa của một tin gửi qua Zalo OA, tính bằng ký tự; dài hơn thì chia "
        "thành nhiều tin.",
    )
    zalo_oa_upload_days: float = Field(
        6.5,
        gt=0,
        le=7,
        description="Số ngày dùng lại một hình đã tải lên Zalo OA; quá thì tải lại.",
    )
    zalo_oa_orders_by_timestamp: bool = Field(
        True,
        description="Xếp tin của một người theo dấu thời gian của Zalo OA; tắt thì xếp theo lúc "
        "tin tới máy chủ.",
    )
    zalo_oa_allows_paid_window: bool = Field(
        False, description="Vẫn trả lời qua Zalo OA sau 48 giờ, khi mỗi tin phải trả phí."
    )
    zalo_oa_sends_secret_proof: bool = Field(
        False, description="Gửi kèm appsecret_proof khi gọi Zalo OA."
    )
    zalo_oa_pkce_verifier: SecretStr = Field(
        SecretStr(""),
        description="Mã PKCE cố định đã khai ở trang quản lý ứng dụng Zalo; để trống là mỗi lần "
        "một mã.",
    )
    zalo_oa_silence_hours: float = Field(
        6,
        gt=0,
        description="Ban ngày, Zalo OA im lặng quá số giờ này thì báo webhook có thể đã bị tắt.",
    )
    zalo_oa_api_url: str = Field(
        "https://openapi.zalo.me",
        pattern=r"^https?://[^?#\s]+$",
        description="Địa chỉ máy chủ Zalo OA.",
    )
    zalo_oa_oauth_url: str = Field(
        "https://oauth.zaloapp.com",
        pattern=r"^https?://[^?#\s]+$",
        description="Địa chỉ máy chủ cấp quyền của Zalo.",
    )
    zalo_oa_sends_per_second: float = Field(
        30, gt=0, le=66, description="Số tin gửi tối đa mỗi giây qua Zalo OA."
    )
    zalo_bot_token: SecretStr = Field(
        SecretStr(""),
        validation_alias=_outside("ZALO_BOT_TOKEN"),
        description="Mã của Zalo Bot (thử nghiệm); có thì mở kênh Zalo Bot.",
    )
    zalo_bot_api_url: str = Field(
        "https://bot-api.zaloplatforms.com",
        pattern=r"^https?://[^?#\s]+$",
        description="Địa chỉ máy chủ Zalo Bot.",
    )
    zalo_bot_webhook_secret: SecretStr = Field(
        SecretStr(""),
        description="Mã để Zalo Bot chứng tỏ tin là thật, khi có địa chỉ https; để trống thì tự "
        "tạo.",
    )
    zalo_bot_messages_per_month: int = Field(
        3000, ge=1, description="Số tin Zalo Bot được gửi mỗi tháng theo gói đang dùng."
    )
    zalo_bot_counts_incoming: bool = Field(
        False, description="Tính cả tin người dân gửi tới vào số tin mỗi tháng của Zalo Bot."
    )

    @property
    def database(self) -> str:
        """The address of the database; SQLite is the embedded default."""
        return self.database_url or f"sqlite:///{self.data_dir / 'troly06.db'}"

    @property
    def is_embedded(self) -> bool:
        """Whether everything is kept on this machine."""
        return self.database.startswith("sqlite:")


def _field(told: str) -> str:
    """The name of a setting that goes by this name, in whatever case, with our prefix or not."""
    return told.lower().removeprefix(_PREFIX.lower())


def _rule(name: str, kind: str) -> str:
    if kind == "string_pattern_mismatch":
        return _PATTERNS[name]
    return _RULES.get(kind, _OTHER_RULE)


def load_settings() -> Settings:
    """The settings of this machine.

    Raises:
        ConfigError: one or more cannot be used; says in Vietnamese which, and how to mend them. The
            values are left out: one may be a secret.
    """
    try:
        return Settings()
    except ValidationError as error:
        broken = (
            _BROKEN_SETTING.format(
                name=f"{_PREFIX}{name}".upper(),
                rule=_rule(name, one["type"]).format(**one.get("ctx", {})),
                file=_FILE,
                help=Settings.model_fields[name].description,
            )
            for one in error.errors()
            for name in [_field(str(one["loc"][0]))]
        )
        raise ConfigError("\n".join(broken)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(_BROKEN_FILE.format(file=_FILE)) from error
