"""When a question was first seen; for those that are there already, when their page was made."""

import django.utils.timezone
from django.db import migrations, models

FROM_PAGES = """
    UPDATE services_question
    SET asked_at = (
        SELECT created_at FROM services_page WHERE services_page.id = services_question.page_id
    )
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0004_first_revisions")]

    operations = [
        migrations.AddField(
            model_name="question",
            name="asked_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, help_text="When it was first seen."
            ),
        ),
        migrations.RunSQL(FROM_PAGES, migrations.RunSQL.noop),
    ]
