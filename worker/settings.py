"""Every setting: the entry points read them once from the environment, and pass them on."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator
from sqlalchemy import URL

from db.job_values import DetectionMode
from db.reach import ALL_TENANTS, DEFAULT_TENANT, TENANT_PATTERN
from db.videos.frames import MOST_POSITIONS
from models.errors import FacetallyError
from models.nets.tuning import (
    DETECTION_SIDE,
    GENDER_MIN_PROBABILITY,
    QUALITY_MIN,
    SCORE_THRESHOLD,
    SMALLEST_FACE_PIXELS,
)
from models.packs.names import DEFAULT_PACK, NAME
from models.pictures.working_size import WorkingSize
from models.time_zones import find_zone
from models.weights.folder import DEFAULT_WEIGHTS_DIR
from worker.addresses.address import parse_prefix
from worker.addresses.broker_address import BrokerAddress
from worker.addresses.destinations import Destination, DestinationRefused
from worker.addresses.live_sources import check_sources
from worker.logs import LogFormat, LogLevel
from worker.openid import check_issuer, parse_groups
from worker.setting_checks import (
    check_database,
    check_keys,
    explain_faults,
    parse_networks,
    split_list,
)
from worker.traces.endpoint import check_endpoint, find_endpoint

PREFIX = "FACETALLY_"
MEBIBYTE = 1024 * 1024
# Pictures are decoded with at least this many pixels on their longer side: three times the
# detector's, so that the smallest face it can find still fills its chip. For the small faces of
# crowds they keep at least as many pixels as make 16 tiles: up to four times as many, 78 MB.
WORKING_SIZES = {
    DetectionMode.NORMAL: WorkingSize(1920),
    DetectionMode.CROWD: WorkingSize(1920, pixels=6_500_000),
}


class SettingsError(FacetallyError):
    """The environment has a setting that is unknown or out of range: correct it, and restart."""


def _default_workers() -> int:
    return os.cpu_count() or 1


def _default_processes() -> int:
    """One for each core; more than four only help an API on a host of its own."""
    return min(_default_workers(), 4)


def _default_packs_dir(values: dict[str, Any]) -> Path:
    return Path(values.get("data_dir", "")) / "packs"


def _default_engines_dir(values: dict[str, Any]) -> Path:
    return Path(values.get("data_dir", "")) / "engines"


PackName = Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
DeviceNumber = Annotated[int, Field(ge=0)]


class Settings(BaseModel):
    """Each field is the environment variable FACETALLY_<FIELD>, and a line of
    docs/settings.md."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    data_dir: Path = Path("~/.local/share/facetally")
    database_url: str = ""
    redis_url: str = ""
    store_url: str = ""
    weights_dir: Path = DEFAULT_WEIGHTS_DIR
    packs_dir: Path = Field(default_factory=_default_packs_dir)
    engines_dir: Path = Field(default_factory=_default_engines_dir)
    ffmpeg: str = ""

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    api_processes: int = Field(default_factory=_default_processes, ge=1)
    api_threads: int = Field(12, ge=2)
    api_keys: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_name: str = ""
    oidc_request: str = "openid email profile"
    oidc_groups_claim: str = Field("groups", min_length=1)
    oidc_groups: tuple[str, ...] = ()
    oidc_tenant: str = Field(DEFAULT_TENANT, pattern=rf"^(?:{TENANT_PATTERN}|\{ALL_TENANTS})$")
    oidc_tenant_claim: str = ""
    oidc_session_hours: float = Field(12.0, gt=0, le=24 * 14)
    file_roots: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    fetch_timeout_seconds: float = Field(15.0, gt=0, le=3600)
    max_upload_bytes: int = Field(9216 * MEBIBYTE, ge=1)
    max_item_bytes: int = Field(512 * MEBIBYTE, ge=1)
    time_zone: str = "UTC"
    max_items_per_request: int = Field(1_000_000, ge=1)
    max_pixels: int = Field(150_000_000, ge=1)
    max_video_bytes: int = Field(8192 * MEBIBYTE, ge=1)
    max_video_pixels: int = Field(36_000_000, ge=1)
    max_video_frames: int = Field(200_000, ge=1, le=MOST_POSITIONS)

    workers: int = Field(default_factory=_default_workers, ge=1)
    pack: PackName = DEFAULT_PACK
    packs: tuple[PackName, ...] = ()
    provider: Literal["auto", "cpu", "cuda", "tensorrt", "openvino", "coreml", "rocm"] = "auto"
    devices: tuple[DeviceNumber, ...] = ()
    device_memory_bytes: int = Field(0, ge=0)
    precision: Literal["float32", "float16"] = "float32"
    detection_side: int = Field(DETECTION_SIDE, ge=64, le=4096)
    score_threshold: float = Field(SCORE_THRESHOLD, gt=0, lt=1)
    smallest_face_pixels: int = Field(SMALLEST_FACE_PIXELS, ge=1)
    gender_min_probability: float = Field(GENDER_MIN_PROBABILITY, ge=0.5, le=1)
    quality_min: float = Field(QUALITY_MIN, ge=0, le=1)
    people: bool = False
    thumbnail_side_pixels: int = Field(320, ge=32, le=2048)

    chunk_items: int = Field(32, ge=1, le=4096)
    segment_frames: int = Field(128, ge=1, le=4096)
    picture_timeout_seconds: float = Field(60.0, gt=0, le=120)
    lease_seconds: float = Field(60.0, gt=0, le=86400)
    resend_seconds: float = Field(30.0, gt=0, le=86400)
    log_level: LogLevel = "INFO"
    log_format: LogFormat = "text"
    access_log: bool = False
    tracing_endpoint: str = ""
    stop_grace_seconds: float = Field(30.0, gt=0, le=3600)
    analyze_timeout_seconds: float = Field(30.0, gt=0, le=3600)
    webhook_hosts: tuple[str, ...] = ()
    live_sources: tuple[str, ...] = ()
    live_streams: int = Field(4, ge=1)
    live_timeout_seconds: float = Field(10.0, gt=0, le=600)
    pause_after_failures: int = Field(100, ge=0)
    # 0 for exact counts where nobody needs a key, which is on one's own machine.
    min_cell: int = Field(0, ge=0, le=1000)
    draft_days: float = Field(7.0, gt=0, le=36500)
    retention_days: float = Field(0.0, ge=0, le=36500)
    tenant_requests_per_minute: int = Field(3000, ge=0)
    tenant_audiences_per_day: int = Field(5000, ge=0)
    tenant_live_jobs: int = Field(0, ge=0)
    tenant_job_items: int = Field(0, ge=0)
    tenant_stored_bytes: int = Field(0, ge=0)
    tenant_daily_bytes: int = Field(0, ge=0)
    audit_days: float = Field(365.0, ge=0, le=36500)

    @field_validator(
        *("api_keys", "oidc_groups", "sources", "destinations", "live_sources", "packs"),
        *("webhook_hosts", "trusted_proxies"),
        "devices",
        mode="before",
    )
    @classmethod
    def _split_keys(cls, value: object) -> object:
        return split_list(value, ",")

    @field_validator("api_keys")
    @classmethod
    def _require_long(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return check_keys(value)

    @field_validator("trusted_proxies")
    @classmethod
    def _check_proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        parse_networks(value)
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _check_issuer(cls, value: str) -> str:
        return check_issuer(value)

    @field_validator("oidc_client_id")
    @classmethod
    def _require_client(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("oidc_issuer") and not value:
            raise ValueError("the OpenID provider needs it: register this server there")
        return value

    @field_validator("oidc_groups")
    @classmethod
    def _check_groups(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.data.get("oidc_issuer") and not value:
            raise ValueError("without a group nobody may log in: write staff=submit+read")
        parse_groups(value)
        return value

    @field_validator("file_roots", mode="before")
    @classmethod
    def _split_roots(cls, value: object) -> object:
        return split_list(value, os.pathsep)

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str) -> str:
        return check_database(value)

    @field_validator("redis_url")
    @classmethod
    def _check_queue(cls, value: str) -> str:
        if value:
            BrokerAddress.parse(value)
        return value

    @field_validator("tracing_endpoint")
    @classmethod
    def _check_tracing(cls, value: str) -> str:
        return check_endpoint(value)

    @field_validator("sources")
    @classmethod
    def _parse_sources(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for prefix in value:
            parse_prefix(prefix)
        return value

    @field_validator("destinations")
    @classmethod
    def _parse_destinations(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for uri in value:
            try:
                Destination.parse(uri)
            except DestinationRefused as error:
                raise ValueError(str(error)) from error
        return value

    @field_validator("time_zone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        return find_zone(value).key

    @field_validator("live_sources")
    @classmethod
    def _check_live_sources(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return check_sources(value)

    @field_validator("packs")
    @classmethod
    def _include_default(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        """The default pack is always allowed, and named first."""
        return tuple(dict.fromkeys((info.data.get("pack", DEFAULT_PACK), *value)))

    @field_validator("data_dir", "weights_dir", "packs_dir", "engines_dir")
    @classmethod
    def _expand(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("file_roots")
    @classmethod
    def _resolve_roots(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        return tuple(root.expanduser().resolve() for root in value)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the environment; raises a SettingsError that names the variable and its fault."""
        source = os.environ if environ is None else environ
        values = {
            name.removeprefix(PREFIX).lower(): value
            for name, value in source.items()
            if name.startswith(PREFIX) and value != ""
        }
        values.setdefault("tracing_endpoint", find_endpoint(source))
        try:
            return cls.model_validate(values).complete()
        except ValidationError as error:
            raise SettingsError(explain_faults(error, PREFIX)) from None

    def complete(self) -> Self:
        """Fill in the settings that depend on the data folder: the database and the store."""
        return self.model_copy(
            update={
                "database_url": self.database_url
                or _sqlite_url(self.data_dir / "facetally.sqlite3"),
                "store_url": self.store_url or f"file://{self.data_dir / 'store'}",
            }
        )


def _sqlite_url(path: Path) -> str:
    return URL.create("sqlite", database=str(path)).render_as_string()
