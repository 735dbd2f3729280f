"""What exists from the start: three groups of people and five categories."""

from django.db import migrations

GROUPS = ("readers", "editors", "admins")


def create(apps, schema_editor):
    from services.aws.catalog import CATEGORIES

    for name in GROUPS:
        apps.get_model("auth", "Group").objects.get_or_create(name=name)
    Category = apps.get_model("services", "Category")
    for position, category in enumerate(CATEGORIES, start=1):
        Category.objects.get_or_create(
            slug=category.slug, defaults={"name": category.name, "position": position}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("services", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
