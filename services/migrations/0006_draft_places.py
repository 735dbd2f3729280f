"""Drafts of questions and answers beside those of pages, and of several new pages at once."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0005_question_asked_at'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='draft',
            name='draft_once_per_page',
        ),
        migrations.RemoveConstraint(
            model_name='draft',
            name='draft_of_one_new_page',
        ),
        migrations.AddField(
            model_name='draft',
            name='place',
            field=models.CharField(blank=True, default='', max_length=30),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(fields=('person', 'page', 'place'), name='draft_once_per_place'),
        ),
        migrations.AddConstraint(
            model_name='draft',
            constraint=models.UniqueConstraint(condition=models.Q(('page__isnull', True)), fields=('person', 'place'), name='draft_once_per_new_page'),
        ),
    ]
