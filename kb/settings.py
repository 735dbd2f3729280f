"""All settings, from the environment; a bad value stops the start with a sentence on why."""

import os
import secrets
import tomllib
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured

# Allows type arguments of Django's classes, as in ModelForm[Page].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
KB_VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


def env_bool(name: str, default: bool) -> bool:
    """Read an on/off variable; raise ImproperlyConfigured for any other word."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in ("1", "on", "true", "yes"):
        return True
    if value in ("0", "off", "false", "no"):
        return False
    raise ImproperlyConfigured(f"{name} is {os.environ[name]!r}: set it to on or off.")


def env_int(name: str, default: int) -> int:
    """Read a whole, positive number; raise ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal() or int(value) < 1:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to a whole number above 0.")
    return int(value)


def env_choice(name: str, *choices: str) -> str:
    """Read one of these words, by default the first; raise ImproperlyConfigured for any other."""
    value = os.environ.get(name) or choices[0]
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}: set it to one of {', '.join(choices)}.")
    return value


def env_list(name: str, default: list[str]) -> list[str]:
    """Read a comma-separated list."""
    value = os.environ.get(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or default


# The folder of all data: database, uploads, secret key, collected static files.
VAR_DIR = Path(os.environ.get("KB_VAR_DIR") or BASE_DIR / "var").resolve()
try:
    VAR_DIR.mkdir(parents=True, exist_ok=True)
except OSError as error:
    raise ImproperlyConfigured(f"KB_VAR_DIR: cannot make the folder {VAR_DIR} ({error}).") from None

DEBUG = env_bool("DEBUG", True)


def secret_key() -> str:
    """Return SECRET_KEY, or for local work a random one that is saved in the data folder."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    # `make run` sets KB_RUN.
    if not DEBUG and not env_bool("KB_RUN", False):
        raise ImproperlyConfigured(
            "SECRET_KEY is not set. With DEBUG off it must be: a long random string, kept secret."
        )
    path = VAR_DIR / "secret_key"
    with suppress(FileExistsError):
        path.touch(0o600, exist_ok=False)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text().strip()


SECRET_KEY = secret_key()
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", [])
for origin in CSRF_TRUSTED_ORIGINS:
    if not urlsplit(origin).scheme:
        raise ImproperlyConfigured(
            f"CSRF_TRUSTED_ORIGINS has {origin!r}: write the scheme too, as in https://{origin}."
        )

# Whether anonymous users may read.
KB_PUBLIC = env_bool("KB_PUBLIC", False)

INSTALLED_APPS = [
    "kb.apps.KnowledgeBaseAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "markdownx",
    "taggit",
    "services",
    "django.forms",
]

# A form with an expired CSRF token is shown again with what was typed.
CSRF_FAILURE_VIEW = "services.views.resubmit.csrf_failure"

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "kb.middleware.security_headers.add_security_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kb.middleware.body_size.limit_bodies",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "kb.urls"
WSGI_APPLICATION = "kb.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "services.permissions.context",
            ],
        },
    },
]
# Our own widget templates take precedence over those of the libraries.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"


def database_config() -> dict[str, object]:
    """Read DATABASE_URL; SQLite in the data folder is the default."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'kb.sqlite3'}"
    if urlsplit(url).scheme not in ("sqlite", "postgres", "postgresql"):
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with sqlite:/// or postgresql://, as in "
            "postgresql://user:password@host:5432/name."
        )
    try:
        config: dict[str, object] = dict(dj_database_url.parse(url, conn_max_age=600))
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}") from None
    if config["ENGINE"] == "django.db.backends.sqlite3":
        # Immediate transactions take the write lock first instead of failing half-way;
        # Django itself switches foreign keys on.
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
            "PRAGMA cache_size=-32000; PRAGMA mmap_size=134217728;",
        }
    return config


DATABASES = {"default": database_config()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["services.permissions.Backend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]

LANGUAGE_CODE = "en"
TIME_ZONE = os.environ.get("TIME_ZONE") or "UTC"
USE_I18N = False

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"


def uploads() -> dict[str, object]:
    """Return the storage of uploads: a private bucket if one is set, else the data folder."""
    bucket = os.environ.get("AWS_STORAGE_BUCKET_NAME")
    if not bucket:
        return {"BACKEND": "services.attachments.storage.local.FolderStorage"}
    from boto3.s3.transfer import TransferConfig

    return {
        "BACKEND": "services.attachments.storage.s3_backend.BucketStorage",
        "OPTIONS": {
            "bucket_name": bucket,
            "region_name": os.environ.get("AWS_S3_REGION_NAME") or None,
            "endpoint_url": os.environ.get("AWS_S3_ENDPOINT_URL") or None,
            "client_config": s3_client(),
            "file_overwrite": False,
            "default_acl": None,
            "querystring_auth": True,
            "querystring_expire": 600,
            "max_memory_size": 4 * 1024 * 1024,
            # Large files go up in parts, with one part in memory at a time.
            "transfer_config": TransferConfig(use_threads=False),
            **cdn_options(),
        },
    }


def s3_client() -> object:
    """Return the configuration of the S3 client, with short timeouts."""
    from botocore.config import Config

    # "when_supported" adds checksums that some servers that speak S3 do not understand.
    checksums = env_choice("AWS_S3_CHECKSUMS", "when_required", "when_supported")
    return Config(
        signature_version="s3v4",
        s3={"addressing_style": env_choice("AWS_S3_ADDRESSING_STYLE", "auto", "path", "virtual")},
        connect_timeout=env_int("AWS_S3_CONNECT_TIMEOUT", 3),
        read_timeout=env_int("AWS_S3_READ_TIMEOUT", 10),
        retries={"mode": "standard", "total_max_attempts": 2},
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
    )


def cdn_options() -> dict[str, object]:
    """Return the CloudFront domain in front of the bucket, if one is set, and its signing key."""
    domain = os.environ.get("AWS_S3_CUSTOM_DOMAIN")
    if not domain:
        return {}
    key_id, key = os.environ.get("AWS_CLOUDFRONT_KEY_ID"), os.environ.get("AWS_CLOUDFRONT_KEY")
    if not (key_id and key):
        raise ImproperlyConfigured(
            "AWS_S3_CUSTOM_DOMAIN needs AWS_CLOUDFRONT_KEY_ID and AWS_CLOUDFRONT_KEY (the private "
            "key itself, in PEM): without them its addresses would be open to everyone."
        )
    return {
        "custom_domain": domain,
        "cloudfront_key_id": key_id,
        # An environment file has the key on one line.
        "cloudfront_key": key.replace("\\n", "\n").encode(),
    }


STORAGES: dict[str, dict[str, object]] = {
    "default": uploads(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "kb.static_files.HashedStorage"
    },
}

# Uploads: bytes for one file, pixels for one picture, files for one page, bytes for all together.
UPLOAD_MAX_BYTES = env_int("KB_UPLOAD_MAX_BYTES", 100 * 1024 * 1024)
UPLOAD_MAX_PIXELS = env_int("KB_UPLOAD_MAX_PIXELS", 50_000_000)
UPLOAD_MAX_FILES = env_int("KB_UPLOAD_MAX_FILES", 500)
UPLOAD_MAX_TOTAL = env_int("KB_UPLOAD_MAX_TOTAL", 50 * 1024 * 1024 * 1024)
# A note as text in a form: as large as the largest note that may be imported.
NOTE_MAX_BYTES = env_int("KB_NOTE_MAX_BYTES", 32 * 1024 * 1024)
# A conflict form sends two such texts; one that is too long must arrive as well, so that the form
# can be shown again with an error.
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * NOTE_MAX_BYTES + 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

TAGGIT_CASE_INSENSITIVE = True
TAGGIT_TAGS_FROM_STRING = "services.forms.tag_text.parse_tag_text"
TAGGIT_STRING_FROM_TAGS = "services.forms.tag_text.format_tag_text"
MARKDOWNX_MARKDOWNIFY_FUNCTION = "services.selectors.page.markdownify"

# HTTPS=on: users reach the site over https, directly or through a proxy that sets this header.
HTTPS = env_bool("HTTPS", False)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
# Not HSTS for subdomains: their owners decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_AGE = 30 * 24 * 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Responses 403 and 404 are not errors of the site.
    "loggers": {"django.request": {"level": "ERROR"}},
}
