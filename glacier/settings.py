"""Settings: one file, read from the environment only, every reader typed.

A value of the wrong type or a missing secret raises at start-up; nothing here has a side effect.
The names a deployment may set are listed in README, "Configure".
"""

from pathlib import Path

import environ

from glacier import own_sign_ins

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# Where Glacier keeps what is not in PostgreSQL: embedded servers, backups.
STATE = Path(env.str("GLACIER_STATE", default=str(BASE_DIR / "var")))

DEBUG = env.bool("GLACIER_DEBUG", default=False)
# The demonstration prints its accounts, shows its mail on a page and puts a band on every page.
DEMO = env.bool("GLACIER_DEMO", default=False)
# Part of every ETag: a new build never answers 304 for bytes an older one rendered.
BUILD = env.str("GLACIER_BUILD", default="dev")

SECRET_KEY = env.str("SECRET_KEY")
# Fernet keys for legal names and for the secrets of second factors, newest first; older ones still read.
NAME_KEYS = env.list("GLACIER_NAME_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL = env.str("GLACIER_URL", default="http://localhost:8000")
HTTPS = BASE_URL.startswith("https://")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "simple_history",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "glacier",
    "verification",
    "supplies",
]

MIDDLEWARE = [
    "glacier.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "glacier.static_files.StaticFiles",
    "glacier.middleware.compressed",
    "glacier.middleware.content_security_policy",
    "glacier.middleware.language",
    "glacier.middleware.living_connection",
    # Django's own, on the pages on which somebody is signed in.
    "glacier.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    "glacier.middleware.Csrf",
    "glacier.middleware.Authentication",
    "glacier.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "glacier.middleware.working_pages",
    "glacier.guesses.guesses",
    "glacier.middleware.accounts_act",
    "glacier.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "glacier.urls"
WSGI_APPLICATION = "glacier.wsgi.application"

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
                "glacier.context.site",
            ],
        },
    },
]

DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"].update(
    ENGINE="django.db.backends.postgresql",
    # A new connection plans anew what is prepared.
    CONN_MAX_AGE=600,
    # A database that restarted leaves dead connections behind: look before each request. What was used a
    # moment ago is only looked at, not asked: glacier.middleware.living_connection.
    CONN_HEALTH_CHECKS=True,
)
# What is prepared, and only verification.statements prepares anything, is planned once a connection.
DATABASES["default"].setdefault("OPTIONS", {}).update(
    prepare_threshold=1, options="-c plan_cache_mode=force_generic_plan"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_TASK_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# One-second timeouts and one try: a dead broker must never hold a reviewer's request. (kombu would
# otherwise try again for six seconds, whatever `retry=False` says.)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 0,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "retry_on_timeout": False,
    "visibility_timeout": 300,
}
CELERY_BEAT_SCHEDULE = {
    "heartbeat": {"task": "verification.tasks.heartbeat", "schedule": 10.0},
    "publish-due": {"task": "verification.tasks.publish_due", "schedule": 5.0},
    "send-mail": {"task": "verification.tasks.send_mail", "schedule": 2.0},
    "forget-mail": {"task": "verification.tasks.forget_mail", "schedule": 3600.0},
    "go-on-importing": {"task": "supplies.tasks.go_on_importing", "schedule": 5.0},
    "forget-tries": {"task": "verification.tasks.forget_tries", "schedule": 3600.0},
    "sweep-imports": {"task": "supplies.tasks.sweep_imports", "schedule": 3600.0},
}

AUTH_USER_MODEL = "verification.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "mine"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Whoever changes a password or an address is told so by mail.
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_ADAPTER = "verification.signing_in.Accounts"
MFA_ADAPTER = "verification.signing_in.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# A clock may be half a minute wrong.
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Glacier"
MFA_FORMS = {
    "authenticate": "verification.signing_in.Code",
    "reauthenticate": "verification.signing_in.CodeOnceMore",
}
# Guesses are counted in rows, before anything is looked at: glacier.guesses. A link that confirms an address is
# sent again after three minutes at the earliest.
_COUNTED_OURSELVES = (
    "login login_failed reauthenticate reset_password reset_password_from_key change_password signup"
)
ACCOUNT_RATE_LIMITS = dict.fromkeys(_COUNTED_OURSELVES.split())
MFA_RATE_LIMITS = False
# Sign-ins of organisations, by OpenID Connect: verification.own_sign_in.
OWN_SIGN_INS = env.json("GLACIER_OWN_SIGN_INS", default=[])
SOCIALACCOUNT_ADAPTER = "verification.own_sign_in.OwnSignIns"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": own_sign_ins.apps(OWN_SIGN_INS)}
}
# Somebody waits meanwhile, and so does the process that asks.
SOCIALACCOUNT_REQUESTS_TIMEOUT = 3
# How many proxies stand in front, each of which adds to X-Forwarded-For the address it was asked from.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("GLACIER_PROXIES", default=0)

SESSION_ENGINE = "verification.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"

# Whatever sends mail writes it into the outbox; what is due there goes out through MAIL_TRANSPORT.
EMAIL_BACKEND = "verification.outbox.Backend"
EMAIL_URL = env.str("EMAIL_URL", default="")
# Without a server the demonstration sends into the void, and shows its mail on a page; any other site keeps it
# until there is a server.
MAIL_IS_SHOWN = DEMO and not EMAIL_URL
MAIL_TRANSPORT = "django.core.mail.backends.dummy.EmailBackend" if MAIL_IS_SHOWN else ""
if EMAIL_URL:
    _server = env.email_url("EMAIL_URL")
    MAIL_TRANSPORT = _server.pop("EMAIL_BACKEND")
    vars().update(_server)
# A mail server that does not answer holds nobody but the sender, and not for long.
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Glacier <no-reply@glacier.example>")

# Chinese first: pages without a language prefix are Chinese, English ones stand under /en/.
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("GLACIER_TIME_ZONE", default="Asia/Shanghai")

STATIC_URL = "/static/"
STATIC_ROOT = STATE / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "glacier.static_files.OfThisBuild"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# simple-history keeps its models and reading API; its rows are written by database triggers.
SIMPLE_HISTORY_ENABLED = False
# Nobody turns a row back past the form that asks the rules and writes the event.
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_DATE_INDEX = False
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "glacier.rest.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["glacier.rest.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "glacier.rest.OnlyJSON",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "glacier.rest.error_response",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Glacier",
    "DESCRIPTION": "Verified lists: what is needed, where, and on what ground it is believed.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SORT_OPERATIONS": False,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {"IntentEnum": "verification.sop.Intent"},
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without_secrets": {"()": "glacier.logs.WithoutSecrets"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["without_secrets"],
        }
    },
    # Refusals name the address that was asked for, before any handler sees them.
    "loggers": {
        name: {"filters": ["without_secrets"]} for name in ("django.request", "django.security.csrf")
    },
    "root": {"handlers": ["console"], "level": env.str("GLACIER_LOG_LEVEL", default="INFO")},
}
