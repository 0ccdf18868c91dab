"""The bits of each public row's tokens, and in the indexes that pages walk: see verification.sieves."""

import django.db.models.expressions
import verification.models.records
from django.db import migrations, models

# As verification.sieves sets them: three bits by each token's checksum.
FILL = """
UPDATE verification_public AS p SET sieve = bits.sieve
  FROM (SELECT uid, bit_or(set_bit(0::bit(512), (checksum >> 9 * n & 511)::int, 1)) AS sieve
          FROM verification_public, unnest(tokens) AS token, crc32(convert_to(token, 'UTF8')) AS checksum,
               generate_series(0, 2) AS n
         WHERE token NOT LIKE '~%' GROUP BY uid) AS bits
 WHERE bits.uid = p.uid
"""

# Rows are stored as they are: PostgreSQL packs and unpacks a body and its tokens in more time than reading them
# takes. What stands already is left packed until it is written anew.
UNPACKED = "ALTER TABLE verification_public SET (toast_tuple_target = 8160)"
PACKED = "ALTER TABLE verification_public RESET (toast_tuple_target)"


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0006_lean_submissions'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='public',
            name='public_urgency',
        ),
        migrations.RemoveIndex(
            model_name='public',
            name='public_unmet',
        ),
        migrations.RemoveIndex(
            model_name='public',
            name='public_verified',
        ),
        migrations.RemoveIndex(
            model_name='public',
            name='public_newest',
        ),
        migrations.AddField(
            model_name='public',
            name='sieve',
            field=verification.models.records.SieveField(default='xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', editable=False),
        ),
        migrations.RunSQL(UNPACKED, PACKED),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='public',
            index=models.Index(models.F('kind'), models.F('freshness'), django.db.models.expressions.CombinedExpression(models.F('urgency'), '*', models.Value(-1)), models.F('unmet_since'), models.F('uid'), condition=models.Q(('state', 'live')), include=('sieve', 'urgency'), name='public_urgency'),
        ),
        migrations.AddIndex(
            model_name='public',
            index=models.Index(models.F('kind'), models.F('freshness'), models.F('unmet_since'), models.F('uid'), condition=models.Q(('state', 'live')), include=('sieve', 'urgency'), name='public_unmet'),
        ),
        migrations.AddIndex(
            model_name='public',
            index=models.Index(models.F('kind'), models.F('freshness'), models.F('verified_at'), models.F('uid'), condition=models.Q(('state', 'live')), include=('sieve', 'urgency'), name='public_verified'),
        ),
        migrations.AddIndex(
            model_name='public',
            index=models.Index(models.F('freshness'), models.F('verified_at'), models.F('uid'), condition=models.Q(('state', 'live')), include=('sieve', 'kind'), name='public_newest'),
        ),
    ]
