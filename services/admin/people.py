"""Users and groups in the admin; only a superuser can make or change a superuser."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join

from services.admin.base import AdminsOnlyMixin, deny
from services.permissions import ADMINS


class PersonForm(UserChangeForm[User]):
    """Refuses to remove the rights of the only account that can manage people."""

    def clean(self) -> dict[str, Any]:
        super().clean()
        cleaned = self.cleaned_data
        groups = {group.name for group in cleaned.get("groups") or ()}
        stays = cleaned.get("is_active") and (
            ADMINS in groups or cleaned.get("is_superuser", self.instance.is_superuser)
        )
        others = User.objects.filter(is_active=True).exclude(pk=self.instance.pk)
        managers = others.filter(Q(groups__name=ADMINS) | Q(is_superuser=True))
        if not stays and not managers.exists():
            raise forms.ValidationError("This is the only account that can manage people.")
        return cleaned


class PersonAdmin(AdminsOnlyMixin, UserAdmin[User]):
    form = PersonForm
    list_display = ("username", "full_name", "email", "member_of", "is_active", "last_login")
    list_filter = ("groups", "is_active")
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="Name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @admin.display(description="Groups")
    def member_of(self, user: User) -> str:
        names = ["superuser"] if user.is_superuser else []
        return ", ".join(names + [group.name for group in user.groups.all()])

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            credentials = ("username", "usable_password", "password1", "password2", "groups")
            return ((None, {"classes": ("wide",), "fields": credentials}),)
        rights = ["groups", "is_active"]
        if request.user.is_superuser:
            rights.append("is_superuser")
        return (
            (None, {"fields": ("username", "password")}),
            ("Person", {"fields": ("first_name", "last_name", "email")}),
            ("Rights", {"fields": rights}),
            ("Dates", {"fields": ("last_login", "date_joined")}),
        )

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Group, Group], request: HttpRequest, **kwargs: object
    ) -> forms.ModelMultipleChoiceField[Group] | None:
        return forms.ModelMultipleChoiceField(
            Group.objects.order_by("name"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="Readers read; editors also change pages; admins also manage people.",
        )

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        above = isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not above

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        own = isinstance(obj, User) and obj.pk == request.user.pk
        return self.has_change_permission(request, obj) and not own


class GroupAdmin(AdminsOnlyMixin, admin.ModelAdmin[Group]):
    """The three groups are fixed: a user's form sets which they are in."""

    list_display = ("name", "members")
    fields = ("name", "members")
    actions = None
    has_add_permission = has_change_permission = has_delete_permission = deny

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        return super().get_queryset(request).prefetch_related("user_set")

    @admin.display(description="Members")
    def members(self, group: Group) -> str:
        people = [
            (reverse("admin:auth_user_change", args=[user.pk]), user.get_username())
            for user in group.user_set.all()
        ]
        return format_html_join(", ", '<a href="{}">{}</a>', people) or "No one"
