"""The preview of the Markdown editor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_POST

from services.markdown.read.targets import read_targets
from services.markdown.render.render import render
from services.models import Attachment, Page
from services.permissions import editors_only
from services.selectors.attachments import find_sizes, list_sizes
from services.selectors.page import find_addresses, markdownify
from services.views.request import parse_number


def render_text(text: str, page: Page | None = None) -> str:
    """Return unsaved notes as safe HTML, with the files of their page."""
    if page is None:
        return markdownify(text)
    found = read_targets(text)
    files = Attachment.objects.filter(page=page, reference__in=found)
    links: dict[str, str] = find_addresses(found)
    pictures: dict[str, str] = {}
    for file in files:
        (pictures if file.is_picture else links)[file.reference] = file.get_absolute_url()
    sizes = find_sizes(text) | list_sizes(files)
    return render(text, links, pictures, sizes=sizes).html


@require_POST
@editors_only
def preview(request: HttpRequest) -> HttpResponseBase:
    """Render the posted `content`; `page` is the id of the edited page, if any."""
    page = Page.objects.filter(pk=parse_number(request.POST.get("page")) or 0).first()
    return HttpResponse(render_text(request.POST.get("content", ""), page))
