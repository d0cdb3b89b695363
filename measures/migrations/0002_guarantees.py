from django.db import migrations

from portfolio.protection import KeptTables, SqlFile


class Migration(migrations.Migration):
    dependencies = [("measures", "0001_initial"), ("portfolio", "0002_refusals")]

    operations = [
        SqlFile("guarantees_v1.sql"),
        KeptTables("measures_measure"),
    ]
