import django.db.models.deletion
from django.conf import settings
from django.core import signing
from django.db import migrations, models

SALT = "django.contrib.sessions.SessionStore"


def move(apps, schema_editor):
    """Who is signed in stays so."""
    User = apps.get_model("verification", "User")
    Session = apps.get_model("verification", "Session")
    kept = apps.get_model("sessions", "Session").objects.all()
    people = set(User.objects.values_list("pk", flat=True))
    rows = []
    for old in kept.iterator():
        try:
            data = signing.loads(
                old.session_data, salt=SALT, serializer=signing.JSONSerializer
            )
        except signing.BadSignature:
            continue
        person = int(data.get("_auth_user_id") or 0)
        rows.append(
            Session(
                session_key=old.session_key,
                session_data=old.session_data,
                expire_date=old.expire_date,
                user_id=person if person in people else None,
            )
        )
    Session.objects.bulk_create(rows, batch_size=1000)
    kept.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("sessions", "0001_initial"),
        ("verification", "0005_lean_submissions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session_key", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key")),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
