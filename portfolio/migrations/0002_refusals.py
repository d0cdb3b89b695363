from django.db import migrations

from portfolio.protection import SqlFile


class Migration(migrations.Migration):
    dependencies = [("portfolio", "0001_initial")]

    operations = [SqlFile("refusals_v1.sql")]
