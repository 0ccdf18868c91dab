"""The robots' accounts with their fixed ids, the list of fences, and people's ids from 1000 on."""

from django.db import migrations

ROBOTS = {1: "publisher", 2: "registrar", 3: "keeper", 4: "owner link"}


def add_robots(apps, schema_editor):
    User = apps.get_model("verification", "User")
    User.objects.bulk_create(
        User(pk=pk, email=f"{name.replace(' ', '-')}@robots.invalid", pseudonym=name, is_robot=True, password="!") for pk, name in ROBOTS.items()
    )


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_initial")]

    operations = [
        migrations.RunPython(add_robots, migrations.RunPython.noop),
        migrations.RunSQL(
            "ALTER SEQUENCE verification_user_id_seq RESTART WITH 1000", migrations.RunSQL.noop
        ),
        migrations.RunSQL("CREATE SEQUENCE verification_fence", "DROP SEQUENCE verification_fence"),
    ]
