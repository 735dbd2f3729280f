"""Tick items of checklists, by script or by form."""

from __future__ import annotations

import re

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from services.markdown.edit.splice import EditRefused
from services.models import ChecklistItem
from services.pages.tick import WHY_LENGTH, ItemGone, tick_item
from services.permissions import editors_only
from services.views.request import own_address, redirect_back, report_error, wants_json

# The value of one button or radio: the id of the item and its new state.
TICK = re.compile(r"([0-9]{1,18}) (open|doing|done|na)")


@require_POST
@editors_only
def tick(request: HttpRequest) -> HttpResponseBase:
    """Change an item's state; `tick` has its id and the new state, `why` the reason."""
    asked = TICK.fullmatch(request.POST.get("tick", ""))
    if asked is None:
        if wants_json(request):
            return JsonResponse({"error": "Invalid request."}, status=400)
        raise BadRequest("Invalid request.")
    pk, why = int(asked[1]), request.POST.get("why")
    try:
        ticked = tick_item(pk, asked[2], by=request.user, why=why)  # type: ignore[arg-type]
    except (ItemGone, EditRefused) as error:
        status = 410 if isinstance(error, ItemGone) else 409
        return report_error(request, str(error), status, reverse("checklist"))
    if wants_json(request):
        return JsonResponse(_describe(ticked))
    response = redirect_back(request, reverse("checklist"))
    if "#" not in response["Location"]:
        response["Location"] += f"#kb-item-{pk}"
    return response


def _describe(item: ChecklistItem) -> dict[str, object]:
    return {
        "id": item.pk,
        "state": item.state,
        "label": item.get_state_display(),
        "why": item.reason,
        "closed": item.is_closed,
        "version": item.page.version,
        # Seconds since 1970, to tell whether a page in the browser's cache is older.
        "at": timezone.now().timestamp(),
    }


@require_safe
@editors_only
def item(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the states of one item, to choose from without a script."""
    rows = ChecklistItem.objects.select_related("page", "state_changed_by").defer(
        "page__notes", "page__outline"
    )
    found = get_object_or_404(rows, pk=pk)
    wanted = request.GET.get("next") or request.headers.get("Referer", "")
    context = {
        "item": found,
        "states": ChecklistItem.State.choices,
        "reason_length": WHY_LENGTH,
        # Where the user came from on this site, unless from this form.
        "next": "" if wanted.endswith(request.path) else own_address(request, wanted),
    }
    return render(request, "item.html", context)
