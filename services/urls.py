"""The addresses of the site, one a line."""

from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, path

from services.views import (
    answering,
    attachments,
    changes,
    checklist,
    drafts,
    editing,
    file_conflicts,
    history,
    home,
    items,
    names,
    pages,
    questions,
    splitting,
    tags,
    trash,
)

login = LoginView.as_view(template_name="login.html", redirect_authenticated_user=True)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("examples/remove/", home.without_examples, name="without_examples"),
    path("login/", login, name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("categories/<str:slug>/", pages.category, name="category"),
    path("services/<str:slug>/", pages.service, name="service"),
    path("topics/", pages.topics, name="topics"),
    path("topics/<str:slug>/", pages.topic, name="topic"),
    path("pages/names/", names.page_names, name="page_names"),
    path("pages/new/", editing.new_page, name="new_page"),
    path("pages/<str:slug>/raw/", pages.raw, name="raw"),
    path("pages/<str:slug>/edit/", editing.edit, name="edit"),
    path("pages/<str:slug>/file/", file_conflicts.file_conflict, name="file_conflict"),
    path("pages/<str:slug>/split/", splitting.split, name="split"),
    path("pages/<str:slug>/delete/", trash.delete_page, name="delete_page"),
    path("trash/", trash.trash, name="trash"),
    path("trash/<int:pk>/restore/", trash.restore_page, name="restore_page"),
    path("trash/empty/", trash.empty_trash, name="empty_trash"),
    path("pages/<str:slug>/history/", history.history, name="history"),
    path("pages/<str:slug>/history/compare/", history.compare, name="compare"),
    path("pages/<str:slug>/history/<int:version>/", history.revision, name="revision"),
    path("pages/<str:slug>/history/<int:version>/restore/", history.restore, name="restore"),
    path("changes/", changes.changes, name="changes"),
    path("changes/feed/", changes.feed, name="feed"),
    path("drafts/", drafts.draft, name="draft"),
    path("drafts/discard/", drafts.discard_draft, name="discard_draft"),
    path("checklist/", checklist.checklist, name="checklist"),
    path("items/tick/", items.tick, name="tick"),
    path("items/<int:pk>/", items.item, name="item"),
    path("pages/<str:slug>/ask/", answering.ask, name="ask"),
    path("questions/", questions.questions, name="questions"),
    path("questions/<int:pk>/", answering.question, name="question"),
    path("questions/<int:pk>/dismiss/", answering.dismiss, name="dismiss"),
    path("tags/", tags.tags, name="tags"),
    path("tags/<path:name>/", tags.tag, name="tag"),
    path("attachments/<uuid:uuid>/<str:name>", attachments.attachment, name="attachment"),
]
