"""Imports: files that were sent, and their rows."""

import uuid

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supplies", "0002_catalogue"), ("verification", "0002_robots")]

    operations = [
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('language', models.CharField(max_length=10)),
                ('file_name', models.CharField(max_length=200)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('content', models.BinaryField(null=True)),
                ('stage', models.CharField(choices=[('reading', 'being read'), ('judging', 'being judged'), ('ready', 'waits for you'), ('sending', 'being sent'), ('done', 'sent'), ('refused', 'refused as a file'), ('cancelled', 'cancelled'), ('closed', 'closed')], default='reading', max_length=20)),
                ('problem', models.TextField(blank=True)),
                ('notes', models.JSONField(default=list)),
                ('sheets', models.JSONField(default=list)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('cursor', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('stage_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import',
                'verbose_name_plural': 'imports',
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('sheet', models.PositiveSmallIntegerField(default=0)),
                ('line', models.PositiveIntegerField()),
                ('cells', models.JSONField(default=list)),
                ('marks', models.JSONField(default=dict)),
                ('verdict', models.CharField(choices=[('pending', 'not judged yet'), ('new', 'new'), ('correction', 'correction'), ('unchanged', 'unchanged'), ('held', 'held'), ('refused', 'refused')], default='pending', max_length=20)),
                ('reasons', models.JSONField(default=list)),
                ('title', models.CharField(blank=True, max_length=200)),
                ('given', models.JSONField(null=True)),
                ('key', models.CharField(blank=True, max_length=300)),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('candidates', models.JSONField(default=list)),
                ('answer', models.CharField(blank=True, choices=[('', 'no answer yet'), ('send', 'send it as it was read'), ('correct', 'it corrects that entry'), ('drop', 'leave it out'), ('repeated', 'waits in a newer import')], default='', max_length=20)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='supplies.import')),
                ('submission', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verification.submission')),
            ],
            options={
                'verbose_name': 'row of an import',
                'verbose_name_plural': 'rows of imports',
            },
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(models.F('changed_at'), condition=models.Q(('stage__in', ['judging', 'reading', 'sending'])), name='import_due'),
        ),
        migrations.AddIndex(
            model_name='import',
            index=models.Index(models.F('by'), models.OrderBy(models.F('id'), descending=True), name='import_mine'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['reading', 'judging', 'ready', 'sending', 'done', 'refused', 'cancelled', 'closed'])), name='import_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('stage', 'reading'), _negated=True), ('content__isnull', False), _connector='OR'), name='import_reads_something'),
        ),
        migrations.AddConstraint(
            model_name='import',
            constraint=models.CheckConstraint(condition=models.Q(('stage', 'reading'), ('content', None), _connector='OR'), name='import_keeps_no_file'),
        ),
        migrations.AddIndex(
            model_name='importrow',
            index=models.Index(models.F('digest'), name='importrow_digest'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.UniqueConstraint(fields=('batch', 'number'), name='importrow_number'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ['pending', 'new', 'correction', 'unchanged', 'held', 'refused'])), name='importrow_verdict_known'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.CheckConstraint(condition=models.Q(('answer__in', ['', 'send', 'correct', 'drop', 'repeated'])), name='importrow_answer_known'),
        ),
        migrations.AddConstraint(
            model_name='importrow',
            constraint=models.CheckConstraint(condition=models.Q(('submission', None), ('verdict__in', ['correction', 'new', 'unchanged']), _connector='OR'), name='importrow_sent_is_accepted'),
        ),
    ]
