"""The words of reasons, to be edited by coordinators."""
import simple_history.models
from django.db import migrations, models

# The codes of verification.sop.Reason: a row for each, so that its words can be edited.
CODES = [
    "source_missing",
    "source_says_otherwise",
    "not_reached",
    "unclear",
    "incomplete",
    "private_in_public",
    "wrong_place",
    "false",
    "suspected_fraud",
    "out_of_scope",
    "same_record",
    "need_met",
    "no_longer_true",
    "mistake",
    "superseded",
    "record_changed",
    "form_changed",
    "new_facts",
    "organisation_changed",
    "renderer_changed",
]


def add_rows(apps, schema_editor):
    ReasonWords = apps.get_model("verification", "ReasonWords")
    ReasonWords.objects.bulk_create(ReasonWords(code=code) for code in CODES)


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0003_proposed_wording'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalReasonWords',
            fields=[
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('code', models.CharField(db_index=True, max_length=40, verbose_name='code')),
                ('words_zh', models.CharField(blank=True, max_length=200, verbose_name='Chinese words')),
                ('words_en', models.CharField(blank=True, max_length=200, verbose_name='English words')),
                ('how_to_fix_zh', models.TextField(blank=True, max_length=2000, verbose_name='how to fix it, in Chinese')),
                ('how_to_fix_en', models.TextField(blank=True, max_length=2000, verbose_name='how to fix it, in English')),
                ('off', models.BooleanField(default=False, verbose_name='not for new decisions')),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical reason',
                'verbose_name_plural': 'historical reasons',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='ReasonWords',
            fields=[
                ('code', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('words_zh', models.CharField(blank=True, max_length=200, verbose_name='Chinese words')),
                ('words_en', models.CharField(blank=True, max_length=200, verbose_name='English words')),
                ('how_to_fix_zh', models.TextField(blank=True, max_length=2000, verbose_name='how to fix it, in Chinese')),
                ('how_to_fix_en', models.TextField(blank=True, max_length=2000, verbose_name='how to fix it, in English')),
                ('off', models.BooleanField(default=False, verbose_name='not for new decisions')),
            ],
            options={
                'verbose_name': 'reason',
                'verbose_name_plural': 'reasons',
                'ordering': ['code'],
            },
        ),
        migrations.RunPython(add_rows, migrations.RunPython.noop),
    ]
