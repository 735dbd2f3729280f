from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('services', '0007_attachments'),
    ]

    operations = [
        migrations.AddField(
            model_name='attachment',
            name='imported_sha256',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='attachment',
            name='exported_sha256',
            field=models.CharField(blank=True, default='', editable=False, max_length=64),
        ),
    ]
