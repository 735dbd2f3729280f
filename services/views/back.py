"""Where a form leads to when it is done, and in which form its sender wants the answer."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, otherwise: str) -> HttpResponseRedirect:
    """To the address on this site that the form names as `next`, or else to another."""
    return HttpResponseRedirect(next_address(request) or otherwise)


def next_address(request: HttpRequest) -> str:
    """The address on this site that a form or link names as `next`; blank where there is none."""
    return own_address(request, request.POST.get("next") or request.GET.get("next") or "")


def own_address(request: HttpRequest, wanted: str) -> str:
    """An address if it is one of this site, else nothing."""
    own = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
    return wanted if own else ""


def wants_json(request: HttpRequest) -> bool:
    """Was this asked for by our script, which goes on without loading a page?"""
    return request.headers.get("Accept", "").startswith("application/json")
