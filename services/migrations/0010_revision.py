"""Make the history our own model. Only the state changes; the table stays as it is."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0009_search'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(
                    name='Revision',
                ),
                migrations.CreateModel(
                    name='Revision',
                    fields=[
                        ('number', models.BigAutoField(db_column='history_id', primary_key=True, serialize=False)),
                        ('page', models.ForeignKey(db_column='id', db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='services.page')),
                        ('version', models.PositiveIntegerField(default=1, editable=False)),
                        ('kind', models.CharField(choices=[('service', 'Service'), ('topic', 'Topic')], max_length=10)),
                        ('category', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='services.category')),
                        ('title', models.CharField(max_length=200)),
                        ('abbreviation', models.CharField(blank=True, max_length=20)),
                        ('slug', models.SlugField(allow_unicode=True, db_index=False, max_length=90)),
                        ('aliases', models.JSONField(blank=True, default=list)),
                        ('aws_id', models.CharField(blank=True, max_length=60, verbose_name='AWS id')),
                        ('about', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='services.page')),
                        ('notes', models.TextField(blank=True)),
                        ('tags', models.JSONField(null=True)),
                        ('folded', models.BooleanField(default=False)),
                        ('saved_at', models.DateTimeField(db_column='history_date')),
                        ('user', models.ForeignKey(db_column='history_user_id', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('reason', models.CharField(choices=[('site', 'Edited on the site'), ('admin', 'Edited in the admin'), ('import', 'Imported'), ('tick', 'Ticked'), ('answer', 'Asked or answered'), ('restore', 'Restored'), ('links', 'Links followed a new title'), ('trash', 'Moved to the trash'), ('aside', 'Set aside in a conflict'), ('kept', 'Kept in a conflict')], db_column='history_change_reason', max_length=10)),
                        ('type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], db_column='history_type', max_length=1)),
                    ],
                    options={
                        'ordering': ('-number',),
                        'indexes': [models.Index(condition=models.Q(('folded', False)), fields=['page', '-version'], name='revision_heads'), models.Index(condition=models.Q(('folded', False)), fields=['-number'], name='revision_recent'), models.Index(condition=models.Q(('tags__isnull', False)), fields=['page', '-version'], name='revision_tagged'), models.Index(condition=models.Q(('folded', False)), fields=['reason', '-number'], name='revision_recent_of_kind'), models.Index(condition=models.Q(('folded', False)), fields=['page', 'reason', '-version'], name='revision_heads_of_kind'), models.Index(condition=models.Q(('folded', False)), fields=['user', '-number'], name='revision_recent_by')],
                        'constraints': [models.UniqueConstraint(fields=('page', 'version'), name='revision_exists_once')],
                    },
                ),
            ],
        ),
    ]

