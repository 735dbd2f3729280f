"""What the admin manages, and with what."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from taggit.models import Tag

from services.admin.attachments import AttachmentAdmin
from services.admin.categories import CategoryAdmin, TagAdmin
from services.admin.documents import DocumentAdmin
from services.admin.pages import ServiceAdmin, TopicAdmin
from services.admin.people import GroupAdmin, PersonAdmin
from services.models import Attachment, Category, Document, Service, Topic

ADMINS: dict[type[Model], type[admin.ModelAdmin]] = {  # type: ignore[type-arg]
    Service: ServiceAdmin,
    Topic: TopicAdmin,
    Category: CategoryAdmin,
    Tag: TagAdmin,
    Document: DocumentAdmin,
    Attachment: AttachmentAdmin,
    User: PersonAdmin,
    Group: GroupAdmin,
}

for model, admin_class in ADMINS.items():
    if admin.site.is_registered(model):
        admin.site.unregister(model)
    admin.site.register(model, admin_class)
