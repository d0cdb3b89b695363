from django.db import migrations

from portfolio.protection import SqlFile


class Migration(migrations.Migration):
    dependencies = [("finance", "0004_field_names")]

    operations = [SqlFile("locked_rates_v1.sql")]
