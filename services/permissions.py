"""Who may: the one place that decides.

Three groups exist from the start: readers read; editors also change notes; admins also manage
categories and people. With KB_PUBLIC on, people who are not logged in may read too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponseBase

READERS, EDITORS, ADMINS = "readers", "editors", "admins"
Person = AbstractBaseUser | AnonymousUser
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def _in_group(user: Person, *names: str) -> bool:
    if not isinstance(user, User) or not user.is_active:
        return False
    if user.is_superuser:
        return True
    if not hasattr(user, "roles"):
        user.roles = set(user.groups.values_list("name", flat=True))  # type: ignore[attr-defined]
    return not user.roles.isdisjoint(names)  # type: ignore[attr-defined]


class Backend(ModelBackend):
    """Django's own log-in; a person comes with their groups, in one query."""

    def get_user(self, user_id: int) -> User | None:
        memberships = User.groups.through.objects.filter(user=OuterRef("pk"))
        found = {
            name: Exists(memberships.filter(group__name=name))
            for name in (READERS, EDITORS, ADMINS)
        }
        user = User.objects.annotate(**found).filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        user.roles = {name for name in found if getattr(user, name)}  # type: ignore[attr-defined]
        return user


def may_read(user: Person) -> bool:
    """May this person read pages?"""
    return bool(settings.KB_PUBLIC) or _in_group(user, READERS, EDITORS, ADMINS)


def may_edit(user: Person) -> bool:
    """May this person change notes, upload and import?"""
    return _in_group(user, EDITORS, ADMINS)


def may_administer(user: Person) -> bool:
    """May this person manage categories, people and what they may?"""
    return _in_group(user, ADMINS)


def _only(may: Callable[[Person], bool]) -> Callable[[View[P]], View[P]]:
    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if may(request.user):
                return view(request, *args, **kwargs)
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            raise PermissionDenied

        return guarded

    return decorate


# For views: strangers are sent to the log-in, people without the right get a 403.
reading = _only(may_read)
editing = _only(may_edit)
administering = _only(may_administer)


def feed_key(user: User) -> str:
    """What lets a program that cannot log in read a feed as this person; see `key_holder`."""
    return _feed_signer(user).sign(str(user.pk))


def key_holder(key: str) -> User | None:
    """The person who was given this key, as long as they may log in with the same password."""
    number = key.partition(":")[0]
    known = number.isascii() and number.isdigit() and len(number) < 19
    user = Backend().get_user(int(number)) if known else None
    try:
        return user if user and _feed_signer(user).unsign(key) else None
    except signing.BadSignature:
        return None


def _feed_signer(user: User) -> signing.Signer:
    # The hash changes with the password, and so ends every key that was given out before.
    return signing.Signer(salt=f"services.feed:{user.get_session_auth_hash()}")


def reading_with_key(view: View[P]) -> View[P]:
    """For a feed: as `reading`, but a valid `key` in the address stands for being logged in."""
    with_log_in = reading(view)

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if may_read(request.user) or "key" not in request.GET:
            return with_log_in(request, *args, **kwargs)
        holder = key_holder(request.GET["key"])
        if holder is None:
            raise PermissionDenied
        request.user = holder
        return with_log_in(request, *args, **kwargs)

    return guarded


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context: what this person may, asked only where a template asks."""
    user = getattr(request, "user", None) or AnonymousUser()
    return {
        "may_read": lambda: may_read(user),
        "may_edit": lambda: may_edit(user),
        "may_administer": lambda: may_administer(user),
    }
