from django.db import migrations

from portfolio.protection import SqlFile


class Migration(migrations.Migration):
    dependencies = [("governance", "0003_status_freshness")]

    operations = [SqlFile("take_over_v1.sql")]
