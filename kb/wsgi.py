"""The WSGI application that a web server runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kb.settings")

application = get_wsgi_application()

# The settings are loaded only now.
from services.attachments.storage.s3 import warm  # noqa: E402

warm()
