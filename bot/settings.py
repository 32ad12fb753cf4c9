"""Every setting, declared once: name, type, default and Vietnamese help.

Values come from the environment (`TROLY06_PORT=9000`) or from a file `.env`. Secrets only from
there.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

#: The folder that holds knowledge/, intents/, config/ and the shipped encoder.
PROJECT_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """How this copy of the assistant runs."""

    model_config = SettingsConfigDict(env_prefix="TROLY06_", env_file=".env", extra="ignore")

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
