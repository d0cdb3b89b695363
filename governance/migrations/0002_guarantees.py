from django.db import migrations

from portfolio.protection import KeptTables, SqlFile


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial"), ("finance", "0002_guarantees")]

    operations = [
        SqlFile("guarantees_v1.sql"),
        SqlFile("closing_v1.sql"),
        SqlFile("dirty_v1.sql"),
        KeptTables("governance_gatesubmission", "governance_takeover"),
    ]
