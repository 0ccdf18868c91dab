"""What stands before anybody comes: the robots, the words of reasons, the list of fences, and how rows are stored."""

import hashlib
import json
from pathlib import Path

from django.db import migrations
from django.utils import timezone

from verification.models.triggers import REFUSE

# With fixed ids; people's begin at 1000.
ROBOTS = {1: "publisher", 2: "registrar", 3: "keeper", 4: "owner link"}
REGISTRAR, KEEPER = 2, 3

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
    "rules_changed",
    "must_not_wait",
    "knows_the_matter",
    "nobody_took_it",
]

KEEP_WORDINGS = """
CREATE OR REPLACE TRIGGER glacier_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON "verification_proposedwording"
FOR EACH STATEMENT EXECUTE FUNCTION glacier_refuse('what was proposed is kept as it was written')
"""

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
# Why the first rules are in force.
RULES = {"1": "These rules came with the software.", "replay": "For what happened long ago, as manage.py replay plays it."}

# Rows are stored as they are: PostgreSQL packs and unpacks a body and its tokens in more time than reading them
# takes.
UNPACKED = "ALTER TABLE verification_public SET (toast_tuple_target = 8160)"
PACKED = "ALTER TABLE verification_public RESET (toast_tuple_target)"


def add_robots(apps, schema_editor):
    User = apps.get_model("verification", "User")
    User.objects.bulk_create(
        User(pk=pk, email=f"{name.replace(' ', '-')}@robots.invalid", pseudonym=name, is_robot=True, password="!")
        for pk, name in ROBOTS.items()
    )


def add_reasons(apps, schema_editor):
    ReasonWords = apps.get_model("verification", "ReasonWords")
    ReasonWords.objects.bulk_create(ReasonWords(code=code) for code in CODES)


def add_rules(apps, schema_editor):
    """Written by one robot, put in force by another: nobody has signed up yet."""
    Policy = apps.get_model("verification", "Policy")
    file = Path(__file__).parent.parent / "shipped_rules.json"
    for name, content in json.loads(file.read_text(encoding="utf-8")).items():
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        Policy.objects.create(
            version=0 if name == "replay" else int(name),
            content=content,
            fingerprint=hashlib.sha256(text.encode()).hexdigest(),
            reason=RULES[name],
            proposed_by_id=KEEPER,
            adopted_by_id=REGISTRAR,
            adopted_at=timezone.now(),
        )


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_initial")]

    operations = [
        migrations.RunPython(add_robots, migrations.RunPython.noop),
        migrations.RunPython(add_reasons, migrations.RunPython.noop),
        migrations.RunSQL("ALTER SEQUENCE verification_user_id_seq RESTART WITH 1000", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE SEQUENCE verification_fence", "DROP SEQUENCE verification_fence"),
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP_WORDINGS, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP_RULES, migrations.RunSQL.noop),
        migrations.RunPython(add_rules, migrations.RunPython.noop),
        migrations.RunSQL(UNPACKED, PACKED),
    ]
