"""All addresses."""

from django.contrib import admin
from django.urls import include, path

from services.views import preview

urlpatterns = [
    path("admin/", admin.site.urls),
    # Where django-markdownx has it, but behind our own rules: its views ask for no log-in.
    path("markdownx/markdownify/", preview.preview, name="markdownx_markdownify"),
    path("", include("services.urls")),
]
