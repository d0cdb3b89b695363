from django.db import migrations

from portfolio.protection import SealAppendOnlyTables


class Migration(migrations.Migration):
    dependencies = [("governance", "0013_committees_meetings")]

    operations = [SealAppendOnlyTables()]
