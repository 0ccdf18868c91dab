"""Edits of the catalogue leave a history."""

import django.contrib.postgres.fields
import django.db.models.deletion
import simple_history.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supplies', '0011_houses_gifts_and_advice'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalItem',
            fields=[
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('code', models.CharField(db_index=True, max_length=40, verbose_name='code')),
                ('name_zh', models.CharField(max_length=60, verbose_name='Chinese name')),
                ('name_en', models.CharField(max_length=60, verbose_name='English name')),
                ('group', models.CharField(choices=[('masks', 'Masks'), ('eyes-and-face', 'Eyes and face'), ('clothing', 'Protective clothing'), ('hands-and-feet', 'Hands and feet'), ('disinfection', 'Disinfection'), ('equipment', 'Equipment')], max_length=20, verbose_name='group')),
                ('unit', models.CharField(max_length=20, verbose_name='usual unit')),
                ('header', models.CharField(max_length=60, verbose_name='column header')),
                ('synonyms', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None, verbose_name='synonyms')),
                ('hints', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='hints')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical item',
                'verbose_name_plural': 'historical items',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalStandard',
            fields=[
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('code', models.CharField(db_index=True, max_length=30, verbose_name='code')),
                ('replaced_by', models.CharField(blank=True, max_length=30, verbose_name='replaced by')),
                ('replaced_on', models.DateField(blank=True, null=True, verbose_name='replaced on')),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('item', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='supplies.item', verbose_name='item')),
            ],
            options={
                'verbose_name': 'historical product standard',
                'verbose_name_plural': 'historical product standards',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
    ]
