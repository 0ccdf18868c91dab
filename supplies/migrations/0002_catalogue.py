"""The catalogue: items and product standards."""

from django.db import migrations

from supplies import catalogue


def load(apps, schema_editor):
    catalogue.load(apps.get_model("supplies", "Item"), apps.get_model("supplies", "Standard"))


class Migration(migrations.Migration):
    dependencies = [("supplies", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
