from django.db import migrations

from portfolio.protection import KeptTables, SqlFile


class Migration(migrations.Migration):
    dependencies = [("finance", "0001_initial"), ("measures", "0002_guarantees")]

    operations = [
        SqlFile("guarantees_v1.sql"),
        KeptTables("finance_baselineversion", "finance_closureconfirmation"),
    ]
