"""The two kinds of pages, each with its own manager and its own place in the admin."""

from __future__ import annotations

from typing import Any

from services.models.pages import Page, PageManager, PageQuerySet


class ServiceManager(PageManager):
    def get_queryset(self) -> PageQuerySet:
        return super().get_queryset().filter(kind=Page.Kind.SERVICE)


class TopicManager(PageManager):
    def get_queryset(self) -> PageQuerySet:
        return super().get_queryset().filter(kind=Page.Kind.TOPIC)


class Service(Page):
    """A page about one AWS service."""

    objects = ServiceManager()  # type: ignore[misc]

    class Meta:
        proxy = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = Page.Kind.SERVICE
        super().save(*args, **kwargs)


class Topic(Page):
    """A page about anything else."""

    objects = TopicManager()  # type: ignore[misc]

    class Meta:
        proxy = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = Page.Kind.TOPIC
        super().save(*args, **kwargs)
