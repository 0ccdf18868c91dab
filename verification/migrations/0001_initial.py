"""The tables of people, submissions, records, the rules and the journal."""

import datetime
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import django.utils.timezone
import simple_history.models
import uuid
import verification.models.journal
import verification.models.people
import verification.models.records
import verification.models.submissions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('email', models.EmailField(max_length=254, unique=True, verbose_name='mail address')),
                ('pseudonym', models.CharField(default=verification.models.people.draw_pseudonym, max_length=40, unique=True, verbose_name='pseudonym')),
                ('is_robot', models.BooleanField(default=False, editable=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('intent', models.CharField(choices=[('new', 'new'), ('correction', 'correction'), ('withdrawal', 'request to withdraw'), ('confirmation', 'confirmation')], max_length=20)),
                ('record', models.UUIDField(default=uuid.uuid4)),
                ('base_version', models.PositiveIntegerField(default=0)),
                ('source', models.CharField(blank=True, max_length=80)),
                ('source_key', models.CharField(blank=True, max_length=300)),
                ('identity', models.CharField(blank=True, max_length=64)),
                ('likeness', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('payload', models.JSONField()),
                ('schema', models.PositiveIntegerField()),
                ('origin', models.CharField(choices=[('organisation', 'the organisation itself'), ('volunteer', 'a volunteer'), ('import', 'a spreadsheet'), ('partner', 'a partner organisation'), ('public', 'the public')], max_length=20)),
                ('touched', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('policy', models.PositiveIntegerField()),
                ('risk', models.SmallIntegerField(choices=[(0, 'routine'), (1, 'sensitive'), (2, 'dangerous')])),
                ('people', models.PositiveSmallIntegerField()),
                ('outsiders', models.BooleanField()),
                ('status', models.CharField(choices=[('collected', 'collected'), ('verified', 'verified'), ('entered', 'entered'), ('published', 'published'), ('returned', 'returned'), ('rejected', 'rejected'), ('duplicate', 'duplicate'), ('withdrawn', 'withdrawn')], default='collected', max_length=20)),
                ('authors', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('submitted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('verified_at', models.DateTimeField(null=True)),
                ('entered_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'submission',
                'verbose_name_plural': 'submissions',
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=verification.models.journal.ClockTimestamp())),
                ('role', models.CharField(choices=[('submitter', 'submitter'), ('organisation', "the organisation's own person"), ('reviewer', 'real-name reviewer'), ('coordinator', 'coordinator'), ('robot', 'machine')], max_length=20)),
                ('action', models.CharField(choices=[('submit', 'submitted'), ('verify', 'verified'), ('enter', 'entered'), ('publish', 'published'), ('return', 'returned'), ('resubmit', 'sent again'), ('reject', 'rejected'), ('duplicate', 'marked as a duplicate'), ('withdraw', 'withdrawn by its submitter'), ('edit', 'edited'), ('rebase', 'brought up to date'), ('send_back', 'sent back to review'), ('reopen', 'reopened'), ('distinct', 'said to be no duplicate'), ('doubt', 'left in doubt'), ('take_down', 'taken down'), ('second_look', 'take-down looked at by a second person'), ('rerendered', 'shown anew, content unchanged'), ('confirm', 'confirmed as still true'), ('issue_link', 'owner link issued'), ('revoke_link', 'owner link revoked'), ('merge', 'merged into another entry'), ('absorb', 'another entry merged into it'), ('unmerge', 'an entry of its own again'), ('let_go', 'a merged entry taken out again'), ('found', "founded the community's review"), ('invite', 'invited'), ('join', 'joined an organisation'), ('remove_member', 'left an organisation, or was removed from it'), ('vouch', 'vouched for a person'), ('check_name', 'checked a legal name'), ('confirm_name', 'confirmed the check of a legal name'), ('read_name', 'read a legal name'), ('suspend', 'suspended a reviewer'), ('reinstate', 'let a reviewer work again'), ('reset_factor', 'reset a lost second factor'), ('add_factor', 'added a second factor'), ('remove_factor', 'removed a second factor'), ('deactivate', "closed a person's account"), ('reactivate', "opened a person's account again"), ('make_coordinator', 'made a person coordinator'), ('unmake_coordinator', "took the coordinator's part away"), ('add_organisation', 'added an organisation'), ('change_organisation', 'changed an organisation'), ('change_words', 'changed the words of the catalogue or of reasons'), ('rotate_keys', 'encrypted what is secret under a new key'), ('propose_policy', 'proposed other rules'), ('adopt_policy', 'put other rules in force'), ('decline_policy', 'declined proposed rules'), ('direct', 'handed an entry to a reviewer'), ('try_again', 'had what was parked tried again'), ('make_token', 'made a token for the API'), ('revoke_token', 'took a token for the API back'), ('export_audit', 'exported the list of privileged acts')], max_length=20)),
                ('kind', models.CharField(blank=True, max_length=40)),
                ('record', models.UUIDField(null=True)),
                ('version', models.PositiveIntegerField(null=True)),
                ('related', models.UUIDField(null=True)),
                ('person', models.BigIntegerField(null=True)),
                ('organisation', models.BigIntegerField(null=True)),
                ('reason', models.CharField(blank=True, max_length=40)),
                ('sop_version', models.PositiveIntegerField()),
                ('policy', models.PositiveIntegerField(null=True)),
                ('answers', models.JSONField(default=dict)),
                ('request_id', models.CharField(blank=True, max_length=40)),
                ('public_text', models.TextField(blank=True)),
                ('private_text', models.TextField(blank=True)),
                ('body', models.TextField(blank=True)),
                ('public_salt', models.BinaryField(max_length=16)),
                ('private_salt', models.BinaryField(max_length=16)),
                ('actor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='verification.submission')),
            ],
            options={
                'verbose_name': 'event',
                'verbose_name_plural': 'journal',
            },
        ),
        migrations.CreateModel(
            name='HistoricalReasonWords',
            fields=[
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('code', models.CharField(db_index=True, max_length=40, verbose_name='code')),
                ('words_zh', models.CharField(blank=True, max_length=200, verbose_name='Chinese words')),
                ('words_en', models.CharField(blank=True, max_length=200, verbose_name='English words')),
                ('how_to_fix_zh', models.TextField(blank=True, max_length=2000, verbose_name='how to fix it, in Chinese')),
                ('how_to_fix_en', models.TextField(blank=True, max_length=2000, verbose_name='how to fix it, in English')),
                ('off', models.BooleanField(default=False, verbose_name='not for new decisions')),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical reason',
                'verbose_name_plural': 'historical reasons',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalUser',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('email', models.EmailField(max_length=254, verbose_name='mail address')),
                ('pseudonym', models.CharField(default=verification.models.people.draw_pseudonym, max_length=40, verbose_name='pseudonym')),
                ('is_robot', models.BooleanField(default=False, editable=False)),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical person',
                'verbose_name_plural': 'historical people',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Reviewer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('founder', models.PositiveSmallIntegerField(editable=False, null=True, unique=True)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('checked_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('suspended_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('checked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'reviewer',
                'verbose_name_plural': 'reviewers',
            },
        ),
        migrations.CreateModel(
            name='ListVersion',
            fields=[
                ('kind', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('version', models.BigIntegerField(default=0)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('published_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('hospital', 'hospital'), ('charity', 'charity'), ('company', 'company'), ('team', 'volunteer team')], max_length=20, verbose_name='kind')),
                ('place', models.CharField(blank=True, help_text='GB/T 2260 code', max_length=6, verbose_name='place')),
                ('proven', models.BooleanField(default=False, help_text='Somebody checked that its members speak for it.', verbose_name='proven')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='verification.organisation', verbose_name='merged into')),
            ],
            options={
                'verbose_name': 'organisation',
                'verbose_name_plural': 'organisations',
            },
        ),
        migrations.CreateModel(
            name='Pulse',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='ReasonWords',
            fields=[
                ('code', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='code')),
                ('words_zh', models.CharField(blank=True, max_length=200, verbose_name='Chinese words')),
                ('words_en', models.CharField(blank=True, max_length=200, verbose_name='English words')),
                ('how_to_fix_zh', models.TextField(blank=True, max_length=2000, verbose_name='how to fix it, in Chinese')),
                ('how_to_fix_en', models.TextField(blank=True, max_length=2000, verbose_name='how to fix it, in English')),
                ('off', models.BooleanField(default=False, verbose_name='not for new decisions')),
            ],
            options={
                'verbose_name': 'reason',
                'verbose_name_plural': 'reasons',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Throttle',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('tries', models.PositiveIntegerField()),
                ('until', models.DateTimeField(db_index=True)),
            ],
            options={
                'verbose_name': 'counter of tries',
                'verbose_name_plural': 'counters of tries',
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('submission', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='verification.submission')),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.TextField(blank=True)),
                ('next_try', models.DateTimeField()),
                ('parked_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'failed publication',
                'verbose_name_plural': 'failed publications',
            },
        ),
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('submission', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, serialize=False, to='verification.submission')),
                ('fence', models.BigIntegerField()),
                ('until', models.DateTimeField()),
                ('given', models.CharField(choices=[('drawn', 'drawn'), ('directed', 'handed over by a coordinator'), ('together', 'together with one that was drawn'), ('own', 'verified by the same reviewer before'), ('rehearsed', 'in a rehearsal')], max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=80)),
                ('value', models.BigIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'name'), name='counter_once')],
            },
        ),
        migrations.CreateModel(
            name='ProposedWording',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='wording', serialize=False, to='verification.event')),
                ('payload', models.JSONField()),
                ('schema', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'proposed wording',
                'verbose_name_plural': 'proposed wordings',
            },
        ),
        migrations.CreateModel(
            name='Unsequenced',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='verification.event')),
            ],
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('act', models.CharField(choices=[('make_coordinator', 'made a person coordinator'), ('unmake_coordinator', "took the coordinator's part away"), ('reinstate', 'let a reviewer work again'), ('reactivate', "opened a person's account again"), ('join', 'joined an organisation'), ('change_organisation', 'changed an organisation'), ('suspend', 'suspended a reviewer'), ('deactivate', "closed a person's account"), ('reset_factor', 'reset a lost second factor')], max_length=20)),
                ('domain', models.CharField(blank=True, max_length=120)),
                ('proposed_as', models.CharField(choices=[('submitter', 'submitter'), ('organisation', "the organisation's own person"), ('reviewer', 'real-name reviewer'), ('coordinator', 'coordinator'), ('robot', 'machine')], max_length=20)),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('confirmed_as', models.CharField(blank=True, choices=[('submitter', 'submitter'), ('organisation', "the organisation's own person"), ('reviewer', 'real-name reviewer'), ('coordinator', 'coordinator'), ('robot', 'machine')], max_length=20)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('seconded_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seconded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_for', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verification.organisation')),
                ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verification.organisation')),
                ('proposed_for', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'act of several people',
                'verbose_name_plural': 'acts of several people',
            },
        ),
        migrations.CreateModel(
            name='Handing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=verification.models.journal.ClockTimestamp())),
                ('status', models.CharField(max_length=20)),
                ('risk', models.SmallIntegerField(choices=[(0, 'routine'), (1, 'sensitive'), (2, 'dangerous')])),
                ('given', models.CharField(choices=[('drawn', 'drawn'), ('directed', 'handed over by a coordinator'), ('together', 'together with one that was drawn'), ('own', 'verified by the same reviewer before'), ('rehearsed', 'in a rehearsal')], max_length=10)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reviewer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='handings', to='verification.submission')),
            ],
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('hash', models.BinaryField(max_length=32)),
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='leaf', to='verification.event')),
            ],
        ),
        migrations.CreateModel(
            name='LegalName',
            fields=[
                ('of', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='legal_name', serialize=False, to='verification.reviewer')),
                ('sealed', models.TextField(verbose_name='legal name (encrypted)')),
            ],
        ),
        migrations.AddField(
            model_name='submission',
            name='organisation',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='verification.organisation'),
        ),
        migrations.AddField(
            model_name='reviewer',
            name='checked_for',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verification.organisation'),
        ),
        migrations.AddField(
            model_name='reviewer',
            name='confirmed_for',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verification.organisation'),
        ),
        migrations.AddField(
            model_name='reviewer',
            name='organisation',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviewers', to='verification.organisation'),
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_admin', models.BooleanField(default=False, verbose_name='may invite others')),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('way', models.CharField(choices=[('appointed', 'appointed by two people'), ('invitation', 'invited by its admin'), ('domain', 'by an address at its domain'), ('provider', 'by its own sign-in')], default='appointed', max_length=12)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'membership',
                'verbose_name_plural': 'memberships',
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('email', models.EmailField(max_length=254, verbose_name='mail address')),
                ('as_admin', models.BooleanField(default=False, verbose_name='may invite others')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('invited_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('accepted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invitations', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'invitation',
                'verbose_name_plural': 'invitations',
            },
        ),
        migrations.CreateModel(
            name='HistoricalSubmission',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(max_length=40)),
                ('intent', models.CharField(choices=[('new', 'new'), ('correction', 'correction'), ('withdrawal', 'request to withdraw'), ('confirmation', 'confirmation')], max_length=20)),
                ('record', models.UUIDField(default=uuid.uuid4)),
                ('base_version', models.PositiveIntegerField(default=0)),
                ('source', models.CharField(blank=True, max_length=80)),
                ('source_key', models.CharField(blank=True, max_length=300)),
                ('identity', models.CharField(blank=True, max_length=64)),
                ('payload', models.JSONField()),
                ('schema', models.PositiveIntegerField()),
                ('origin', models.CharField(choices=[('organisation', 'the organisation itself'), ('volunteer', 'a volunteer'), ('import', 'a spreadsheet'), ('partner', 'a partner organisation'), ('public', 'the public')], max_length=20)),
                ('touched', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('policy', models.PositiveIntegerField()),
                ('risk', models.SmallIntegerField(choices=[(0, 'routine'), (1, 'sensitive'), (2, 'dangerous')])),
                ('people', models.PositiveSmallIntegerField()),
                ('outsiders', models.BooleanField()),
                ('status', models.CharField(choices=[('collected', 'collected'), ('verified', 'verified'), ('entered', 'entered'), ('published', 'published'), ('returned', 'returned'), ('rejected', 'rejected'), ('duplicate', 'duplicate'), ('withdrawn', 'withdrawn')], default='collected', max_length=20)),
                ('authors', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('submitted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('verified_at', models.DateTimeField(null=True)),
                ('entered_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('closed_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verified_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'historical submission',
                'verbose_name_plural': 'historical submissions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalReviewer',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('founder', models.PositiveSmallIntegerField(editable=False, null=True)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('checked_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(null=True)),
                ('suspended_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('checked_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('checked_for', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
                ('confirmed_for', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'historical reviewer',
                'verbose_name_plural': 'historical reviewers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalOrganisationAlias',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('normalised', models.CharField(editable=False, max_length=200)),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'historical organisation alias',
                'verbose_name_plural': 'historical organisation aliass',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalOrganisation',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('kind', models.CharField(choices=[('hospital', 'hospital'), ('charity', 'charity'), ('company', 'company'), ('team', 'volunteer team')], max_length=20, verbose_name='kind')),
                ('place', models.CharField(blank=True, help_text='GB/T 2260 code', max_length=6, verbose_name='place')),
                ('proven', models.BooleanField(default=False, help_text='Somebody checked that its members speak for it.', verbose_name='proven')),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('merged_into', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation', verbose_name='merged into')),
            ],
            options={
                'verbose_name': 'historical organisation',
                'verbose_name_plural': 'historical organisations',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMembership',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('is_admin', models.BooleanField(default=False, verbose_name='may invite others')),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('way', models.CharField(choices=[('appointed', 'appointed by two people'), ('invitation', 'invited by its admin'), ('domain', 'by an address at its domain'), ('provider', 'by its own sign-in')], default='appointed', max_length=12)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'historical membership',
                'verbose_name_plural': 'historical memberships',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalGrant',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False)),
                ('act', models.CharField(choices=[('make_coordinator', 'made a person coordinator'), ('unmake_coordinator', "took the coordinator's part away"), ('reinstate', 'let a reviewer work again'), ('reactivate', "opened a person's account again"), ('join', 'joined an organisation'), ('change_organisation', 'changed an organisation'), ('suspend', 'suspended a reviewer'), ('deactivate', "closed a person's account"), ('reset_factor', 'reset a lost second factor')], max_length=20)),
                ('domain', models.CharField(blank=True, max_length=120)),
                ('proposed_as', models.CharField(choices=[('submitter', 'submitter'), ('organisation', "the organisation's own person"), ('reviewer', 'real-name reviewer'), ('coordinator', 'coordinator'), ('robot', 'machine')], max_length=20)),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('confirmed_as', models.CharField(blank=True, choices=[('submitter', 'submitter'), ('organisation', "the organisation's own person"), ('reviewer', 'real-name reviewer'), ('coordinator', 'coordinator'), ('robot', 'machine')], max_length=20)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('seconded_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('confirmed_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seconded_by', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('confirmed_for', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
                ('proposed_for', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'historical act of several people',
                'verbose_name_plural': 'historical acts of several people',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalDomain',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('history_request_id', models.TextField(blank=True, default='', editable=False)),
                ('domain', models.CharField(max_length=120, verbose_name='mail domain')),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(null=True)),
                ('history_user_id', models.BigIntegerField(null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField()),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('grant', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.grant')),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'historical mail domain',
                'verbose_name_plural': 'historical mail domains',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Domain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(max_length=120, verbose_name='mail domain')),
                ('since', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(null=True)),
                ('grant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verification.grant')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='domains', to='verification.organisation')),
            ],
            options={
                'verbose_name': 'mail domain',
                'verbose_name_plural': 'mail domains',
            },
        ),
        migrations.CreateModel(
            name='OrganisationAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('normalised', models.CharField(db_index=True, editable=False, max_length=200)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='aliases', to='verification.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='Outbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name='delivery')),
                ('channel', models.CharField(choices=[('mail', 'mail')], default='mail', max_length=20, verbose_name='channel')),
                ('address', models.CharField(max_length=320, verbose_name='to')),
                ('subject', models.CharField(max_length=998, verbose_name='subject')),
                ('text', models.TextField(blank=True)),
                ('language', models.CharField(max_length=10, verbose_name='language')),
                ('submission', models.BigIntegerField(null=True)),
                ('event', models.BigIntegerField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='written')),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('last_error', models.TextField(blank=True, verbose_name='last error')),
                ('next_try', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='next try')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent')),
                ('parked_at', models.DateTimeField(null=True, verbose_name='parked')),
            ],
            options={
                'verbose_name': 'mail',
                'verbose_name_plural': 'outbox',
                'indexes': [models.Index(models.F('next_try'), models.F('id'), condition=models.Q(('parked_at__isnull', True), ('sent_at__isnull', True)), name='outbox_due'), models.Index(models.F('sent_at'), condition=models.Q(('sent_at__isnull', False)), name='outbox_sent'), models.Index(models.F('parked_at'), condition=models.Q(('parked_at__isnull', False)), name='outbox_parked')],
                'constraints': [models.CheckConstraint(condition=models.Q(('channel__in', ['mail'])), name='outbox_channel_known'), models.CheckConstraint(condition=models.Q(('address', ''), _negated=True), name='outbox_to_somebody'), models.CheckConstraint(condition=models.Q(('language__in', ['zh-hans', 'en'])), name='outbox_language_known'), models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('parked_at__isnull', True), _connector='OR'), name='outbox_sent_or_parked'), models.CheckConstraint(condition=models.Q(('sent_at__isnull', False), models.Q(('text', ''), _negated=True), _connector='OR'), name='outbox_says_something')],
            },
        ),
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
                ('adopted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('declined_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'policy',
                'verbose_name_plural': 'policies',
            },
        ),
        migrations.CreateModel(
            name='Public',
            fields=[
                ('uid', models.UUIDField(primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('version', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('live', 'live'), ('withdrawn', 'withdrawn'), ('merged', 'merged')], max_length=20)),
                ('title', models.CharField(max_length=300)),
                ('body', models.TextField()),
                ('identity', models.CharField(blank=True, max_length=64)),
                ('tokens', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('sieve', verification.models.records.SieveField(default='xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', editable=False)),
                ('place', models.CharField(blank=True, max_length=6)),
                ('urgency', models.SmallIntegerField(default=0)),
                ('unmet_since', models.DateTimeField()),
                ('verified_at', models.DateTimeField()),
                ('published_at', models.DateTimeField()),
                ('freshness', models.CharField(choices=[('fresh', 'fresh'), ('due', 'due for another look'), ('overdue', 'overdue'), ('stale', 'stale')], default='fresh', max_length=10)),
                ('due_at', models.DateTimeField()),
                ('overdue_at', models.DateTimeField()),
                ('stale_at', models.DateTimeField()),
                ('gone_at', models.DateTimeField(null=True)),
                ('gone_reason', models.CharField(blank=True, max_length=40)),
                ('merged_into', models.UUIDField(null=True)),
                ('organisation', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='verification.organisation')),
            ],
        ),
        migrations.CreateModel(
            name='OwnerLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('issued_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owner_links', to='verification.public')),
            ],
            options={
                'verbose_name': 'owner link',
                'verbose_name_plural': 'owner links',
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TakeDown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('taken_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('looked_at', models.DateTimeField(null=True)),
                ('looked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='take_downs', to='verification.public')),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'take-down',
                'verbose_name_plural': 'take-downs',
            },
        ),
        migrations.CreateModel(
            name='MailChoice',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='mail_choice', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('language', models.CharField(choices=[('zh-hans', '中文'), ('en', 'English')], default='zh-hans', max_length=10, verbose_name='language of your mail')),
                ('when_published', models.BooleanField(default=True, verbose_name='Tell me when what I sent is public')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('language__in', ['zh-hans', 'en'])), name='mail_choice_language_known')],
            },
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_case'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('is_robot', False), models.Q(('is_staff', False), ('is_superuser', False)), _connector='OR'), name='user_robot_no_power', violation_error_message='A robot has no rights of a person.'),
        ),
        migrations.AddField(
            model_name='lease',
            name='holder',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leases', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('record'), models.F('id'), condition=models.Q(('record__isnull', False)), name='event_of_record'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('submission'), models.F('id'), name='event_of_submission'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('id'), condition=models.Q(('kind', '')), name='event_of_people'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('id'), condition=models.Q(('kind', ''), ('action__in', ['direct', 'issue_link', 'merge', 'reopen', 'revoke_link', 'second_look', 'take_down', 'try_again', 'unmerge']), _connector='OR'), name='event_privileged'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('person'), models.F('id'), condition=models.Q(('person__isnull', False)), name='event_of_person'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(models.F('id'), condition=models.Q(('action', 'publish'), ('version__gt', 1)), name='event_corrected'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.UniqueConstraint(condition=models.Q(('action', 'publish')), fields=('record', 'version'), name='event_publish_once'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['submit', 'verify', 'enter', 'publish', 'return', 'resubmit', 'reject', 'duplicate', 'withdraw', 'edit', 'rebase', 'send_back', 'reopen', 'distinct', 'doubt', 'take_down', 'second_look', 'rerendered', 'confirm', 'issue_link', 'revoke_link', 'merge', 'absorb', 'unmerge', 'let_go', 'found', 'invite', 'join', 'remove_member', 'vouch', 'check_name', 'confirm_name', 'read_name', 'suspend', 'reinstate', 'reset_factor', 'add_factor', 'remove_factor', 'deactivate', 'reactivate', 'make_coordinator', 'unmake_coordinator', 'add_organisation', 'change_organisation', 'change_words', 'rotate_keys', 'propose_policy', 'adopt_policy', 'decline_policy', 'direct', 'try_again', 'make_token', 'revoke_token', 'export_audit'])), name='event_action_known'),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('action__in', ['return', 'reject', 'duplicate', 'withdraw', 'send_back', 'reopen', 'take_down', 'rerendered', 'merge', 'unmerge', 'direct']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='event_reason_given'),
        ),
        migrations.AddIndex(
            model_name='handing',
            index=models.Index(models.F('reviewer'), models.F('at'), condition=models.Q(('given', 'drawn')), name='handing_of_reviewer'),
        ),
        migrations.AddIndex(
            model_name='handing',
            index=models.Index(models.F('submission'), models.F('id'), name='handing_of_submission'),
        ),
        migrations.AddConstraint(
            model_name='handing',
            constraint=models.CheckConstraint(condition=models.Q(('given__in', ['drawn', 'directed', 'together', 'own', 'rehearsed'])), name='handing_given_known'),
        ),
        migrations.AddConstraint(
            model_name='handing',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['collected', 'verified'])), name='handing_of_what_waits'),
        ),
        migrations.AddConstraint(
            model_name='handing',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('by__isnull', False), ('given', 'directed')), models.Q(models.Q(('given', 'directed'), _negated=True), ('by', None)), _connector='OR'), name='handing_directed_by'),
        ),
        migrations.AddConstraint(
            model_name='handing',
            constraint=models.CheckConstraint(condition=models.Q(('by', None), models.Q(('by', models.F('reviewer')), _negated=True), _connector='OR'), name='handing_not_to_oneself', violation_error_message='Nobody hands an entry to themselves.'),
        ),
        migrations.AddConstraint(
            model_name='legalname',
            constraint=models.CheckConstraint(condition=models.Q(('sealed', ''), _negated=True), name='legal_name_given'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('status'), models.OrderBy(models.F('risk'), descending=True), models.F('submitted_at'), models.F('id'), condition=models.Q(('status__in', ['collected', 'verified'])), name='submission_inbox'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('due_at'), models.F('id'), condition=models.Q(('status', 'entered')), name='submission_due'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('closed_at'), condition=models.Q(('status', 'published')), name='submission_published'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('submitted_by'), models.OrderBy(models.F('id'), descending=True), name='submission_mine'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('source'), models.F('source_key'), condition=models.Q(('source_key', ''), _negated=True), name='submission_of_source'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('kind'), models.F('identity'), condition=models.Q(('status__in', ['collected', 'entered', 'returned', 'verified'])), name='submission_identity'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('record'), condition=models.Q(('status__in', ['collected', 'entered', 'returned', 'verified'])), name='submission_of_record'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('verified_by'), models.F('entered_at'), condition=models.Q(('entered_by__gt', models.F('verified_by')), ('entered_by__lt', models.F('verified_by')), _connector='OR'), include=('entered_by',), name='submission_pair_first'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=models.Index(models.F('entered_by'), models.F('entered_at'), condition=models.Q(('entered_by__gt', models.F('verified_by')), ('entered_by__lt', models.F('verified_by')), _connector='OR'), include=('verified_by',), name='submission_pair_second'),
        ),
        migrations.AddIndex(
            model_name='submission',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('intent', 'new'), ('status__in', ['collected', 'entered', 'returned', 'verified'])), fields=['likeness'], name='submission_likeness'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['collected', 'verified', 'entered', 'published', 'returned', 'rejected', 'duplicate', 'withdrawn'])), name='submission_status_known'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('intent__in', ['new', 'correction', 'withdrawal', 'confirmation'])), name='submission_intent_known'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['organisation', 'volunteer', 'import', 'partner', 'public'])), name='submission_origin_known'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('risk__in', [0, 1, 2])), name='submission_risk_known'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('verified_at', None), ('verified_by', None)), models.Q(('verified_at__isnull', False), ('verified_by__isnull', False)), _connector='OR'), name='submission_verified_stamp'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entered_at', None), ('entered_by', None)), models.Q(('entered_at__isnull', False), ('entered_by__isnull', False)), _connector='OR'), name='submission_entered_stamp'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False)), _connector='OR'), name='submission_closed_stamp'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=django.db.models.expressions.NegatedExpression(verification.models.submissions.NoneOf('submitted_by', 'authors')), name='submission_submitter_is_author'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=verification.models.submissions.NoneOf('verified_by', 'authors'), name='submission_verifier_no_author', violation_error_message='Nobody verifies what they wrote themselves.'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=verification.models.submissions.NoneOf('entered_by', 'authors'), name='submission_enterer_no_author', violation_error_message='Nobody enters what they wrote themselves.'),
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
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['verified', 'entered', 'published']), _negated=True), ('verified_at__isnull', False), _connector='OR'), name='submission_steps_verified'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['entered', 'published']), _negated=True), ('entered_at__isnull', False), ('intent__in', ['confirmation', 'withdrawal']), _connector='OR'), name='submission_steps_entered'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['verified', 'entered', 'published', 'rejected', 'duplicate', 'withdrawn']), models.Q(('entered_at', None), ('verified_at', None)), _connector='OR'), name='submission_steps_void'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('base_version', 0), ('intent', 'new')), models.Q(models.Q(('intent', 'new'), _negated=True), ('base_version__gte', 1)), _connector='OR'), name='submission_base'),
        ),
        migrations.AddConstraint(
            model_name='submission',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'entered')), fields=('record',), name='submission_one_entered', violation_error_message='Another change of this record is being published.'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_at', None), ('checked_by', None), ('checked_for', None)), models.Q(('checked_at__isnull', False), ('checked_by__isnull', False), ('checked_for__isnull', False)), _connector='OR'), name='reviewer_checked_stamp'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None), ('confirmed_for', None), ('expires_at', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('confirmed_for__isnull', False), ('expires_at__isnull', False)), _connector='OR'), name='reviewer_confirmed_stamp'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_at', None), models.Q(('checked_at__isnull', False), ('confirmed_at__gte', models.F('checked_at'))), _connector='OR'), name='reviewer_checked_first'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('checked_by', None), models.Q(('checked_by', models.F('user')), _negated=True), _connector='OR'), models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('user')), _negated=True), _connector='OR')), name='reviewer_checked_by_others', violation_error_message='Nobody checks their own name.'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.CheckConstraint(condition=models.Q(('confirmed_by', None), ('founder__isnull', False), models.Q(models.Q(('confirmed_by', models.F('checked_by')), _negated=True), models.Q(('confirmed_for', models.F('checked_for')), _negated=True)), _connector='OR'), name='reviewer_two_people_of_two_houses', violation_error_message='Two people of different organisations take the two steps.'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.CheckConstraint(condition=models.Q(('founder', None), ('founder__in', [1, 2]), _connector='OR'), name='reviewer_two_founders'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at', None), models.Q(('expires_at__gt', models.F('confirmed_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('confirmed_at'), '+', models.Value(datetime.timedelta(days=180))))), _connector='OR'), name='reviewer_for_half_a_year'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.CheckConstraint(condition=models.Q(('suspended_at', None), ('confirmed_at__isnull', False), _connector='OR'), name='reviewer_suspended_when_one'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.UniqueConstraint(condition=models.Q(('confirmed_at', None), ('ended_at', None)), fields=('user',), name='reviewer_asks_once'),
        ),
        migrations.AddConstraint(
            model_name='reviewer',
            constraint=models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', False), ('ended_at', None)), fields=('user',), name='reviewer_in_force_once'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='organisation_not_merged_into_itself', violation_error_message='An organisation cannot be merged into itself.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('user', 'organisation'), name='membership_once'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('way__in', ['appointed', 'invitation', 'domain', 'provider'])), name='membership_way_known'),
        ),
        migrations.AddIndex(
            model_name='invitation',
            index=models.Index(models.F('email'), name='invitation_of_address'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('accepted_at', None), ('accepted_by', None)), models.Q(('accepted_at__isnull', False), ('accepted_by__isnull', False)), _connector='OR'), name='invitation_accepted_stamp'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='invitation_revoked_stamp'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_at', None), ('revoked_at', None), _connector='OR'), name='invitation_accepted_or_revoked'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_at', None), ('accepted_at__lt', models.F('expires_at')), _connector='OR'), name='invitation_accepted_in_time'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('accepted_by', None), models.Q(('accepted_by', models.F('invited_by')), _negated=True), _connector='OR'), name='invitation_accepted_by_another'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('invited_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('invited_at'), '+', models.Value(datetime.timedelta(days=7))))), name='invitation_for_a_week'),
        ),
        migrations.AddConstraint(
            model_name='invitation',
            constraint=models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='invitation_address_lower'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('act__in', ['make_coordinator', 'unmake_coordinator', 'reinstate', 'reactivate', 'join', 'change_organisation', 'suspend', 'deactivate', 'reset_factor'])), name='grant_known'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('act__in', ['change_organisation']), ('organisation__isnull', False), ('person', None)), models.Q(('act__in', ['join']), ('domain', ''), ('organisation__isnull', False), ('person__isnull', False)), models.Q(models.Q(('act__in', ['change_organisation', 'join']), _negated=True), ('domain', ''), ('organisation', None), ('person__isnull', False)), _connector='OR'), name='grant_about'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_as', ''), ('confirmed_at', None), ('confirmed_by', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), models.Q(('confirmed_as', ''), _negated=True)), _connector='OR'), name='grant_confirmed_stamp'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seconded_at', None), ('seconded_by', None)), models.Q(('confirmed_by__isnull', False), ('seconded_at__isnull', False), ('seconded_by__isnull', False)), _connector='OR'), name='grant_seconded_stamp'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('person', None), models.Q(models.Q(('proposed_by', models.F('person')), _negated=True), models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('person')), _negated=True), _connector='OR'), models.Q(('seconded_by', None), models.Q(('seconded_by', models.F('person')), _negated=True), _connector='OR')), _connector='OR'), name='grant_not_on_oneself', violation_error_message='Nobody decides about themselves.'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('proposed_by')), _negated=True), _connector='OR'), models.Q(('seconded_by', None), models.Q(models.Q(('seconded_by', models.F('proposed_by')), _negated=True), models.Q(('seconded_by', models.F('confirmed_by')), _negated=True)), _connector='OR')), name='grant_by_different_people', violation_error_message='Another person has to confirm it.'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('done_at', None), models.Q(('act__in', ['reinstate', 'reactivate', 'join', 'change_organisation']), ('confirmed_by__isnull', False)), models.Q(('act__in', ['make_coordinator', 'unmake_coordinator']), ('confirmed_as', 'coordinator'), ('proposed_as', 'coordinator')), models.Q(('act__in', ['make_coordinator', 'unmake_coordinator']), ('proposed_as', 'coordinator'), ('seconded_by__isnull', False)), models.Q(('act__in', ['suspend', 'deactivate']), ('proposed_as', 'coordinator')), models.Q(('act__in', ['suspend', 'deactivate']), ('confirmed_by__isnull', False)), models.Q(('act', 'reset_factor'), ('confirmed_as', 'reviewer'), ('confirmed_for__isnull', False), ('proposed_as', 'reviewer'), ('proposed_for__isnull', False), models.Q(('proposed_for', models.F('confirmed_for')), _negated=True)), _connector='OR'), name='grant_done_by_enough', violation_error_message='This takes more people.'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.CheckConstraint(condition=models.Q(('done_at', None), ('withdrawn_at', None), _connector='OR'), name='grant_done_or_withdrawn'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at', None), ('withdrawn_at', None)), fields=('act', 'person', 'organisation', 'domain'), name='grant_open_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.CheckConstraint(condition=models.Q(('domain__regex', '^[a-z0-9-]+(\\.[a-z0-9-]+)+$')), name='domain_well_formed'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('domain',), name='domain_once'),
        ),
        migrations.AddConstraint(
            model_name='organisationalias',
            constraint=models.UniqueConstraint(fields=('organisation', 'normalised'), name='alias_once'),
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
        migrations.AddIndex(
            model_name='public',
            index=models.Index(models.F('kind'), models.F('identity'), name='public_identity'),
        ),
        migrations.AddIndex(
            model_name='public',
            index=django.contrib.postgres.indexes.GinIndex(fields=['tokens'], name='public_tokens'),
        ),
        migrations.AddIndex(
            model_name='public',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='public_merged'),
        ),
        migrations.AddConstraint(
            model_name='public',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['live', 'withdrawn', 'merged'])), name='public_state_known'),
        ),
        migrations.AddConstraint(
            model_name='public',
            constraint=models.CheckConstraint(condition=models.Q(('freshness__in', ['fresh', 'due', 'overdue', 'stale'])), name='public_freshness_known'),
        ),
        migrations.AddConstraint(
            model_name='public',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('gone_at', None), ('state', 'live')), models.Q(models.Q(('state', 'live'), _negated=True), ('gone_at__isnull', False)), _connector='OR'), name='public_gone'),
        ),
        migrations.AddConstraint(
            model_name='public',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('state', 'merged')), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_into', None)), _connector='OR'), name='public_merged_somewhere'),
        ),
        migrations.AddConstraint(
            model_name='public',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into', None), models.Q(('merged_into', models.F('uid')), _negated=True), _connector='OR'), name='public_not_merged_into_itself', violation_error_message='A record cannot be merged into itself.'),
        ),
        migrations.AddConstraint(
            model_name='ownerlink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('revoked_by', None)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='owner_link_revoked_stamp'),
        ),
        migrations.AddConstraint(
            model_name='ownerlink',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('issued_at'))), name='owner_link_expires_later'),
        ),
        migrations.AddConstraint(
            model_name='takedown',
            constraint=models.UniqueConstraint(fields=('record', 'version'), name='take_down_once'),
        ),
        migrations.AddConstraint(
            model_name='takedown',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('looked_at', None), ('looked_by', None)), models.Q(('looked_at__isnull', False), ('looked_by__isnull', False), models.Q(('looked_by', models.F('taken_by')), _negated=True)), _connector='OR'), name='take_down_second_person', violation_error_message='A second person looks at a take-down.'),
        ),
        migrations.AddConstraint(
            model_name='lease',
            constraint=models.CheckConstraint(condition=models.Q(('given__in', ['drawn', 'directed', 'together', 'own', 'rehearsed'])), name='lease_given_known'),
        ),
    ]
