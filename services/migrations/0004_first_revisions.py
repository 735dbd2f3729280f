"""Every page that is there already gets a revision, so that there is one for its version."""

from django.db import migrations

AT_ONCE = 500


def create(apps, schema_editor):
    Page = apps.get_model("services", "Page")
    Revision = apps.get_model("services", "Revision")
    TaggedItem = apps.get_model("taggit", "TaggedItem")
    tags = {}
    on_pages = TaggedItem.objects.filter(
        content_type__app_label="services", content_type__model="page"
    )
    for page, name in on_pages.order_by("tag__name").values_list("object_id", "tag__name"):
        tags.setdefault(page, []).append(name)
    copied = ("id", "kind", "category_id", "title", "abbreviation", "slug", "aliases", "aws_id",
              "about_id", "notes", "version")
    rows = []
    for page in Page.objects.order_by("pk").iterator(chunk_size=AT_ONCE):
        rows.append(
            Revision(
                **{name: getattr(page, name) for name in copied},
                history_date=page.updated_at,
                history_user_id=page.updated_by_id,
                history_change_reason="site",
                history_type="+",
                tags=tags.get(page.pk, []),
            )
        )
        if len(rows) == AT_ONCE:
            Revision.objects.bulk_create(rows)
            rows = []
    Revision.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0003_editing"),
        ("taggit", "0006_rename_taggeditem_content_type_object_id_taggit_tagg_content_8fc721_idx"),
    ]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
