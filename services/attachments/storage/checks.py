"""Whether files can be kept where the settings say, told in words that say what to mend.

These ask the storage itself, so they only run when asked for: `manage.py check --tag storage`.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError
from django.core.checks import CheckMessage, Error, Warning
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from services.attachments.storage import s3
from services.attachments.storage.diagnose import in_words

TAG = "storage"
PROBE = b"A file that was put to see whether files can be kept here; it may be deleted.\n"


def check_storage(app_configs: object = None, **kwargs: object) -> Sequence[CheckMessage]:
    """Put a small object, read it and delete it, as an upload would."""
    try:
        if s3.is_remote():
            # Unlike one for the bucket's head, this request is told why it is refused.
            wanted = {"Bucket": s3.bucket_name(), "Prefix": s3.ARRIVING, "MaxKeys": 1}
            s3.client().list_objects_v2(**wanted)
        key = default_storage.save(f"{s3.ARRIVING}{uuid.uuid4().hex}", ContentFile(PROBE))
        with default_storage.open(key) as file:
            same = file.read() == PROBE
        default_storage.delete(key)
    except (BotoCoreError, ClientError, OSError) as error:
        return [Error(*in_words(error), id="storage.E001")]
    if not same:
        words = "What was put into the storage comes out changed."
        hint = "Look for something between this machine and the storage that alters it."
        return [Error(words, hint, id="storage.E002")]
    return _browsers_may() if s3.is_remote() else []


def _browsers_may() -> list[CheckMessage]:
    """Uploads from browsers need a rule of the bucket for other origins (CORS)."""
    try:
        s3.client().get_bucket_cors(Bucket=s3.bucket_name())
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code != "NoSuchCORSConfiguration":
            return []
        words = "The bucket has no CORS rule, so files go through this server and not directly."
        hint = "Allow PUT with any header from the site's address; docs/deploy.md has the rule."
        return [Warning(words, hint, id="storage.W001")]
    except BotoCoreError:
        pass
    return []
