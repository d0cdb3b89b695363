from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('finance', '0002_guarantees'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historicaldispute',
            name='history_id',
            field=models.BigAutoField(editable=False, primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name='historicaleffect',
            name='history_id',
            field=models.BigAutoField(editable=False, primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name='historicalplanrate',
            name='history_id',
            field=models.BigAutoField(editable=False, primary_key=True, serialize=False),
        ),
        migrations.AlterField(
            model_name='historicaltarget',
            name='history_id',
            field=models.BigAutoField(editable=False, primary_key=True, serialize=False),
        ),
    ]
