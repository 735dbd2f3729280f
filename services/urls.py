"""The addresses of the site, one a line."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path


def soon(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse("")


urlpatterns: list[URLPattern] = [
    path("", soon, name="home"),
    path("login/", soon, name="login"),
    path("logout/", soon, name="logout"),
    path("categories/<str:slug>/", soon, name="category"),
    path("services/<str:slug>/", soon, name="service"),
    path("topics/<str:slug>/", soon, name="topic"),
    path("checklist/", soon, name="checklist"),
    path("questions/", soon, name="questions"),
    path("tags/<path:name>/", soon, name="tag"),
    path("attachments/<uuid:uuid>/<str:name>", soon, name="attachment"),
]
