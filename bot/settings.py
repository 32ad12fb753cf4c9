"""Every setting, declared once: name, type, default and Vietnamese help.

Values come from the environment (`TROLY06_PORT=9000`) or from a file `.env`. Secrets only from
there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
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
    "string_pattern_mismatch": "phải bắt đầu bằng http:// hoặc https://",
    "int_parsing_size": "là số quá lớn",
    "bool_parsing": "phải là true hoặc false",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than_equal": "không được quá {le}",
}
_OTHER_RULE = "có giá trị không dùng được"
_BROKEN_SETTING = (
    "Cài đặt {name} {rule}. Hãy sửa trong tệp {file} hoặc trong biến môi trường. "
    "Cài đặt này là: {help}"
)
_BROKEN_FILE = (
    "Không đọc được tệp {file} ở thư mục đang chạy. "
    "Hãy lưu lại tệp với bảng mã UTF-8 và cấp quyền đọc."
)


class Settings(BaseSettings):
    """How this copy of the assistant runs."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_file=_FILE, extra="ignore")

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

    @property
    def database_url(self) -> str:
        """The SQLite database of the embedded default."""
        return f"sqlite+aiosqlite:///{self.data_dir / 'troly06.db'}"


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
                rule=_RULES.get(one["type"], _OTHER_RULE).format(**one.get("ctx", {})),
                file=_FILE,
                help=Settings.model_fields[name].description,
            )
            for one in error.errors()
            for name in [str(one["loc"][0])]
        )
        raise ConfigError("\n".join(broken)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(_BROKEN_FILE.format(file=_FILE)) from error
