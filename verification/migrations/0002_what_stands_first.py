"""What stands before anybody comes: the robots, the words of reasons, the list of fences, and how rows are stored."""

from django.db import migrations

from verification.models.triggers import REFUSE

# With fixed ids; people's begin at 1000.
ROBOTS = {1: "publisher", 2: "registrar", 3: "keeper", 4: "owner link"}

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

KEEP_WORDINGS = """
CREATE OR REPLACE TRIGGER glacier_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON "verification_proposedwording"
FOR EACH STATEMENT EXECUTE FUNCTION glacier_refuse('what was proposed is kept as it was written')
"""

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


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_initial")]

    operations = [
        migrations.RunPython(add_robots, migrations.RunPython.noop),
        migrations.RunPython(add_reasons, migrations.RunPython.noop),
        migrations.RunSQL("ALTER SEQUENCE verification_user_id_seq RESTART WITH 1000", migrations.RunSQL.noop),
        migrations.RunSQL("CREATE SEQUENCE verification_fence", "DROP SEQUENCE verification_fence"),
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP_WORDINGS, migrations.RunSQL.noop),
        migrations.RunSQL(UNPACKED, PACKED),
    ]
