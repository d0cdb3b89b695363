import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from portfolio.protection import SqlFile


class Migration(migrations.Migration):
    dependencies = [
        ("portfolio", "0002_refusals"),
    ]

    operations = [
        # Django would make the key anew, and its check of existing rows has no tenant to see them in.
        migrations.SeparateDatabaseAndState(
            database_operations=[SqlFile("deed_of_the_system_v1.sql")],
            state_operations=[
                migrations.AlterField(
                    model_name="deed",
                    name="actor",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
