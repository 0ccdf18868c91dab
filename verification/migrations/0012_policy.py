"""The policy: its versions, which one binds a submission, when what is entered is due; and what comes with the software."""

import hashlib
import json
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone

# By the robots that keep the rules and the register: proposed by the one, adopted by the other.
KEEPER, REGISTRAR = 3, 2

REASON = {"1": "These rules came with the software.", "replay": "For what happened long ago, as manage.py replay plays it."}

# What was proposed is what is adopted, or declined, once; it stays for ever.
KEEP_RULES = """
CREATE OR REPLACE FUNCTION glacier_keep_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.adopted_at IS NOT NULL OR OLD.declined_at IS NOT NULL
       OR (NEW.version, NEW.content, NEW.fingerprint, NEW.reason, NEW.proposed_at, NEW.proposed_by_id)
          IS DISTINCT FROM
          (OLD.version, OLD.content, OLD.fingerprint, OLD.reason, OLD.proposed_at, OLD.proposed_by_id) THEN
        RAISE EXCEPTION 'version % of the rules is kept as it was written', OLD.version USING ERRCODE = 'GL005';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER glacier_keep_rules BEFORE UPDATE ON "verification_policy"
FOR EACH ROW EXECUTE FUNCTION glacier_keep_rules();
CREATE OR REPLACE TRIGGER glacier_refuse BEFORE DELETE OR TRUNCATE ON "verification_policy"
FOR EACH STATEMENT EXECUTE FUNCTION glacier_refuse('what was in force is kept as it was written');
"""
FORGET = """
DROP TRIGGER glacier_refuse ON "verification_policy";
DROP TRIGGER glacier_keep_rules ON "verification_policy";
DROP FUNCTION glacier_keep_rules();
"""


def add_rules(apps, schema_editor):
    Policy = apps.get_model("verification", "Policy")
    file = Path(__file__).parent.parent / "shipped_rules.json"
    for name, content in json.loads(file.read_text(encoding="utf-8")).items():
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        Policy.objects.create(
            version=0 if name == "replay" else int(name),
            content=content,
            fingerprint=hashlib.sha256(text.encode()).hexdigest(),
            reason=REASON[name],
            proposed_by_id=KEEPER,
            adopted_by_id=REGISTRAR,
            adopted_at=timezone.now(),
        )


def add_reason(apps, schema_editor):
    # A database that is there already writes the history of this table.
    schema_editor.execute(f"SELECT set_config('glacier.actor', '{KEEPER}', true)")
    apps.get_model("verification", "ReasonWords").objects.create(code="rules_changed")


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0011_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('version', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('content', models.JSONField()),
                ('fingerprint', models.CharField(max_length=64)),
                ('reason', models.TextField(verbose_name='reason')),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('adopted_at', models.DateTimeField(null=True)),
                ('declined_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'policy',
                'verbose_name_plural': 'policies',
            },
        ),
        migrations.RemoveConstraint(
            model_name='submission',
            name='submission_two_people',
        ),
        migrations.RemoveIndex(
            model_name='submission',
            name='submission_due',
        ),
        migrations.AddField(
            model_name='event',
            name='policy',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='historicalsubmission',
            name='due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='historicalsubmission',
            name='outsiders',
            field=models.BooleanField(default=True),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='historicalsubmission',
            name='people',
            field=models.PositiveSmallIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='historicalsubmission',
            name='policy',
            field=models.PositiveIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='historicalsubmission',
            name='touched',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddField(
            model_name='submission',
            name='due_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='submission',
            name='outsiders',
            field=models.BooleanField(default=True),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='submission',
            name='people',
            field=models.PositiveSmallIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='submission',
            name='policy',
            field=models.PositiveIntegerField(default=1),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='submission',
            name='touched',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('due_at'), models.F('id'), condition=models.Q(('status', 'entered')), name='submission_due'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('people', 1), ('entered_by', None), models.Q(('entered_by', models.F('verified_by')), _negated=True), _connector='OR'), name='submission_two_people', violation_error_message='This needs two people: one verifies, another enters.'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('people', 2), models.Q(('people', 1), ('risk', 0)), _connector='OR'), name='submission_people'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('outsiders', True), ('risk__lt', 2), _connector='OR'), name='submission_outsiders'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('due_at', None), ('entered_at', None)), models.Q(('due_at__gte', models.F('entered_at')), ('due_at__isnull', False), ('entered_at__isnull', False)), _connector='OR'), name='submission_due_stamp'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('due_at', None), models.Q(('closed_at__gte', models.F('due_at')), ('closed_at__isnull', False)), _connector='OR'), name='submission_cooled_off', violation_error_message='It is not due for publication yet.'),
        ),
        migrations.AddField(
            model_name='policy',
            name='adopted_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policy',
            name='declined_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='policy',
            name='proposed_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('adopted_at', None), ('adopted_by', None)), models.Q(('adopted_at__isnull', False), ('adopted_by__isnull', False)), _connector='OR'), name='policy_adopted_stamp'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('declined_at', None), ('declined_by', None)), models.Q(('declined_at__isnull', False), ('declined_by__isnull', False)), _connector='OR'), name='policy_declined_stamp'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('adopted_at', None), ('declined_at', None), _connector='OR'), name='policy_adopted_or_declined'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('adopted_by', None), models.Q(('adopted_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='policy_two_people', violation_error_message='Rules are proposed by one person and adopted by another.'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='policy_reason_given'),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.UniqueConstraint(models.Value(1), condition=models.Q(('adopted_at', None), ('declined_at', None)), name='policy_one_waits', violation_error_message='Other rules are proposed already: adopt or decline them first.'),
        ),
        migrations.RunSQL(KEEP_RULES, FORGET),
        migrations.RunPython(add_rules, migrations.RunPython.noop),
        migrations.RunPython(add_reason, migrations.RunPython.noop),
    ]
