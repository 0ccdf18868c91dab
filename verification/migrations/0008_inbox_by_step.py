"""The inbox has an order for each step: a page of one step passes over nothing of the other."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0007_sieves'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='submission',
            name='submission_inbox',
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('status'), models.OrderBy(models.F('risk'), descending=True), models.F('submitted_at'), models.F('id'), condition=models.Q(('status__in', ['collected', 'verified'])), name='submission_inbox'),
        ),
    ]
