"""Register the models that the admin manages."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group, User
from taggit.models import Tag

from services.admin.attachments import AttachmentAdmin
from services.admin.categories import CategoryAdmin, TagAdmin
from services.admin.documents import DocumentAdmin
from services.admin.pages import ServiceAdmin, TopicAdmin
from services.admin.people import GroupAdmin, PersonAdmin
from services.models import Attachment, Category, Document, Service, Topic

# Libraries have registered these with admins of their own.
admin.site.unregister((Tag, User, Group))
admin.site.register(Service, ServiceAdmin)
admin.site.register(Topic, TopicAdmin)
admin.site.register(Category, CategoryAdmin)
admin.site.register(Tag, TagAdmin)
admin.site.register(Document, DocumentAdmin)
admin.site.register(Attachment, AttachmentAdmin)
admin.site.register(User, PersonAdmin)
admin.site.register(Group, GroupAdmin)
