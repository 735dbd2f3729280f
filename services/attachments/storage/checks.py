"""System checks of the storage for files; their messages say what to fix.

They send requests to the storage, so they run only with `manage.py check --tag storage`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from django.core.checks import CheckMessage, Error, Warning
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from services.attachments.storage import s3
from services.attachments.storage.diagnose import error_code, explain_error

TAG = "storage"
PROBE = b"A file that tests whether files can be stored here; it may be deleted.\n"


def check_storage(app_configs: object = None, **kwargs: object) -> Sequence[CheckMessage]:
    """Put a small object, read it and delete it, as an upload would."""
    try:
        if s3.is_remote():
            # Unlike a HEAD request for the bucket, this one is answered with a reason.
            wanted = {"Bucket": s3.bucket_name(), "Prefix": s3.UPLOADS, "MaxKeys": 1}
            s3.client().list_objects_v2(**wanted)
        key = default_storage.save(f"{s3.UPLOADS}{uuid.uuid4().hex}", ContentFile(PROBE))
        with default_storage.open(key) as file:
            same = file.read() == PROBE
        default_storage.delete(key)
    except (BotoCoreError, ClientError, OSError) as error:
        return [Error(*explain_error(error), id="storage.E001")]
    if not same:
        words = "What was put into the storage comes out changed."
        hint = "Look for something between this machine and the storage that alters it."
        return [Error(words, hint, id="storage.E002")]
    return _check_cors() if s3.is_remote() else []


def _check_cors() -> list[CheckMessage]:
    """Uploads from browsers need a CORS rule of the bucket."""
    try:
        s3.client().get_bucket_cors(Bucket=s3.bucket_name())
    except (BotoCoreError, ClientError) as error:
        if error_code(error) != "NoSuchCORSConfiguration":
            return []
        words = "The bucket has no CORS rule, so files go through this server and not directly."
        hint = "Allow PUT with any header from the site's address; docs/deploy.md has the rule."
        return [Warning(words, hint, id="storage.W001")]
    return []
