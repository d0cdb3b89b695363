from django.db import migrations

from portfolio.protection import SealAppendOnlyTables


class Migration(migrations.Migration):
    dependencies = [("governance", "0012_console_setup")]

    operations = [SealAppendOnlyTables()]
