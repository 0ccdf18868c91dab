"""Wordings that reviewers propose with a return: written once, like the journal they belong to."""

from django.db import migrations, models

from verification.models.triggers import REFUSE

KEEP = """
CREATE OR REPLACE TRIGGER glacier_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON "verification_proposedwording"
FOR EACH STATEMENT EXECUTE FUNCTION glacier_refuse('what was proposed is kept as it was written')
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0002_robots")]

    operations = [
        migrations.CreateModel(
            name="ProposedWording",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=models.deletion.PROTECT,
                        primary_key=True,
                        related_name="wording",
                        serialize=False,
                        to="verification.event",
                    ),
                ),
                ("payload", models.JSONField()),
                ("schema", models.PositiveIntegerField()),
            ],
            options={"verbose_name": "proposed wording", "verbose_name_plural": "proposed wordings"},
        ),
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
    ]
