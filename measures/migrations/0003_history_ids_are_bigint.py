from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('measures', '0002_guarantees'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicaldependency',
            name='history_id',
            field=models.BigAutoField(editable=False, primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name='historicalmeasure',
            name='history_id',
            field=models.BigAutoField(editable=False, primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name='historicalmilestone',
            name='history_id',
            field=models.BigAutoField(editable=False, primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name='historicalrisk',
            name='history_id',
            field=models.BigAutoField(editable=False, primary_key=True, serialize=False),
        ),
    ]
