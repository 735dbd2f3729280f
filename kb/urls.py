"""All URLs of the site."""

from django.contrib import admin
from django.urls import include, path

from services.views import preview

urlpatterns = [
    path("admin/", admin.site.urls),
    # At the URL of django-markdownx, whose own views need no log-in.
    path("markdownx/markdownify/", preview.preview, name="markdownx_markdownify"),
    path("", include("services.urls")),
]
