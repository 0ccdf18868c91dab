"""How many live records are how fresh: counted once, and from then on with whatever changes it."""

from django.db import migrations

COUNTED = """
INSERT INTO verification_counter (kind, name, value)
SELECT kind, 'freshness:' || freshness, count(*) FROM verification_public WHERE state = 'live' GROUP BY kind, freshness
"""
FORGOTTEN = "DELETE FROM verification_counter WHERE name LIKE 'freshness:%'"


class Migration(migrations.Migration):
    dependencies = [("verification", "0008_inbox_by_step")]

    operations = [migrations.RunSQL(COUNTED, FORGOTTEN)]
