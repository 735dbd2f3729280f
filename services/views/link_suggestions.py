"""Pages that the editor suggests for a link."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe

from services.permissions import readers_only
from services.selectors.link_suggestions import suggest_pages


@require_safe
@readers_only
def page_names(request: HttpRequest) -> HttpResponseBase:
    """Return at most ten pages for the words `q`: title, category, and `link` if it differs."""
    found = suggest_pages(request.GET.get("q", ""))
    pages = [
        {"title": title, "category": category} | ({"link": link} if link != title else {})
        for title, category, link in found
    ]
    return JsonResponse({"pages": pages})
