"""Tick items of checklists, by script or by form."""

from __future__ import annotations

import re

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from services.markdown.edit.splice import EditRefused
from services.models import ChecklistItem
from services.models.urls import page_url
from services.pages.tick import WHY_LENGTH, ItemGone, Ticked, tick_item
from services.permissions import editors_only
from services.selectors.page import place_url
from services.views.request import own_address, redirect_back, wants_json

# The value of one button or radio: which item, and the state that it is to have.
TICK = re.compile(r"([0-9]{1,18}) (open|doing|done|na)")


@require_POST
@editors_only
def tick(request: HttpRequest) -> HttpResponseBase:
    """Give the item that `tick` names the state that it names, for the reason `why`."""
    asked = TICK.fullmatch(request.POST.get("tick", ""))
    if asked is None:
        return _refused(request, 400, "Invalid request.")
    pk, why = int(asked[1]), request.POST.get("why")
    try:
        ticked = tick_item(pk, asked[2], by=request.user, why=why)  # type: ignore[arg-type]
    except ItemGone as error:
        return _refused(request, 410, str(error))
    except EditRefused as error:
        return _refused(request, 409, str(error))
    if wants_json(request):
        return JsonResponse(_told(ticked))
    response = redirect_back(request, reverse("checklist"))
    if "#" not in response["Location"]:
        response["Location"] += f"#kb-item-{pk}"
    return response


def _told(ticked: Ticked) -> dict[str, object]:
    item = ticked.item
    return {
        "id": item.pk,
        "state": item.state,
        "label": item.get_state_display(),
        "why": item.reason,
        "closed": item.is_closed,
        "version": ticked.page.version,
        # Seconds since 1970, to tell whether a page that a browser kept is older.
        "at": timezone.now().timestamp(),
    }


def _refused(request: HttpRequest, status: int, sentence: str) -> HttpResponseBase:
    if wants_json(request):
        return JsonResponse({"error": sentence}, status=status)
    if status == 400:
        raise BadRequest(sentence)
    messages.error(request, sentence)
    return redirect_back(request, reverse("checklist"))


@require_safe
@editors_only
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the states of one item, to choose from without a script."""
    rows = ChecklistItem.objects.select_related("page", "state_changed_by").defer(
        "page__notes", "page__outline"
    )
    found = get_object_or_404(rows, pk=pk)
    context = {
        "item": found,
        "states": ChecklistItem.State.choices,
        "reason_length": WHY_LENGTH,
        "next": _from(request) or _place(found),
    }
    return render(request, "item.html", context)


def _from(request: HttpRequest) -> str:
    """Return the page of this site that the user came from, if any."""
    wanted = request.GET.get("next") or request.headers.get("Referer", "")
    return "" if wanted.endswith(request.path) else own_address(request, wanted)


def _place(found: ChecklistItem) -> str:
    page = page_url(found.page.kind, found.page.slug)
    return place_url(page, found.text, found.list_title)
