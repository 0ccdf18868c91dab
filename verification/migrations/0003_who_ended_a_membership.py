"""Who ended a membership, as its history tells for those that ended before; invitations to review."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# The registrar writes it down. What waits to be checked is checked before the table is altered again.
NAME_THEM = """
SELECT set_config('glacier.actor', '2', true), set_config('glacier.reason', 'who ended it', true);
UPDATE verification_membership AS membership SET ended_by_id = (
    SELECT coalesce(past.history_user_id, membership.user_id)
      FROM verification_historicalmembership AS past
     WHERE past.id = membership.id AND past.ended_at IS NOT NULL
     ORDER BY past.history_id
     LIMIT 1
)
 WHERE ended_at IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0002_what_stands_first'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='event',
            name='event_action_known',
        ),
        migrations.AddField(
            model_name='historicalmembership',
            name='ended_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='invitation',
            name='to_review',
            field=models.BooleanField(default=False, verbose_name='is asked to review'),
        ),
        migrations.AddField(
            model_name='membership',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunSQL(NAME_THEM, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name='event',
            name='action',
            field=models.CharField(choices=[('submit', 'submitted'), ('verify', 'verified'), ('enter', 'entered'), ('publish', 'published'), ('return', 'returned'), ('resubmit', 'sent again'), ('reject', 'rejected'), ('duplicate', 'marked as a duplicate'), ('withdraw', 'withdrawn by its submitter'), ('edit', 'edited'), ('rebase', 'brought up to date'), ('send_back', 'sent back to review'), ('reopen', 'reopened'), ('distinct', 'said to be no duplicate'), ('doubt', 'left in doubt'), ('take_down', 'taken down'), ('second_look', 'take-down looked at by a second person'), ('rerendered', 'shown anew, content unchanged'), ('confirm', 'confirmed as still true'), ('issue_link', 'owner link issued'), ('revoke_link', 'owner link revoked'), ('merge', 'merged into another entry'), ('absorb', 'another entry merged into it'), ('unmerge', 'an entry of its own again'), ('let_go', 'a merged entry taken out again'), ('found', "founded the community's review"), ('invite', 'invited'), ('join', 'joined an organisation'), ('remove_member', 'left an organisation, or was removed from it'), ('check_name', 'checked a legal name'), ('confirm_name', 'confirmed the check of a legal name'), ('read_name', 'read a legal name'), ('suspend', 'suspended a reviewer'), ('reinstate', 'let a reviewer work again'), ('reset_factor', 'reset a lost second factor'), ('add_factor', 'added a second factor'), ('remove_factor', 'removed a second factor'), ('deactivate', "closed a person's account"), ('reactivate', "opened a person's account again"), ('make_coordinator', 'made a person coordinator'), ('unmake_coordinator', "took the coordinator's part away"), ('add_organisation', 'added an organisation'), ('change_organisation', 'changed an organisation'), ('change_words', 'changed the words of the catalogue or of reasons'), ('rotate_keys', 'encrypted what is secret under a new key'), ('propose_policy', 'proposed other rules'), ('adopt_policy', 'put other rules in force'), ('decline_policy', 'declined proposed rules'), ('direct', 'handed an entry to a reviewer'), ('try_again', 'had what was parked tried again'), ('make_token', 'made a token for the API'), ('revoke_token', 'took a token for the API back'), ('export_audit', 'exported the list of privileged acts')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='event',
            constraint=models.CheckConstraint(condition=models.Q(('action__in', ['submit', 'verify', 'enter', 'publish', 'return', 'resubmit', 'reject', 'duplicate', 'withdraw', 'edit', 'rebase', 'send_back', 'reopen', 'distinct', 'doubt', 'take_down', 'second_look', 'rerendered', 'confirm', 'issue_link', 'revoke_link', 'merge', 'absorb', 'unmerge', 'let_go', 'found', 'invite', 'join', 'remove_member', 'check_name', 'confirm_name', 'read_name', 'suspend', 'reinstate', 'reset_factor', 'add_factor', 'remove_factor', 'deactivate', 'reactivate', 'make_coordinator', 'unmake_coordinator', 'add_organisation', 'change_organisation', 'change_words', 'rotate_keys', 'propose_policy', 'adopt_policy', 'decline_policy', 'direct', 'try_again', 'make_token', 'revoke_token', 'export_audit'])), name='event_action_known'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('ended_by', None)), models.Q(('ended_at__isnull', False), ('ended_by__isnull', False)), _connector='OR'), name='membership_ended_stamp'),
        ),
    ]
