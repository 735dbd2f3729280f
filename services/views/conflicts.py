"""The screen for two people who changed the same lines: mine, theirs, and the way out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from services.editing import Edit
from services.models import Page
from services.saving import Clash


def show(request: HttpRequest, clash: Clash, edit: Edit) -> HttpResponse:
    raise NotImplementedError


def decide(request: HttpRequest, page: Page) -> HttpResponse:
    raise NotImplementedError
