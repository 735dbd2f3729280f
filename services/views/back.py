"""Where a form leads to when it is done, and in which form its sender wants the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the address on this site that the form names as `next`, or else to another."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(wanted if own else otherwise)


def wants_json(request: HttpRequest) -> bool:
    """Was this asked for by our script, which goes on without loading a page?"""
    return request.headers.get("Accept", "").startswith("application/json")
