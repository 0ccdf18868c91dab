"""What must be so after every act, asked of PostgreSQL in one statement; written without the application's help.

Each promise is a query that finds what breaks it, by a number or a name. `LAW` and the like are read when this is
imported: a rule that somebody bends later bends only itself.
"""

import json

from tests import builders
from verification import kinds, statements
from verification.sop import CHECKLISTS, REASONS, TERMINAL, TRANSITIONS, Action

LAW = {
    action: {"sources": sorted(t.sources), "target": t.target.value, "voids": t.voids_steps}
    for action, t in TRANSITIONS.items()
} | {Action.SUBMIT: {"sources": [], "target": "collected", "voids": False}}
SPEC = kinds.get("needs")

# So many leases one reviewer may hold while the machine plays: few enough to come by.
HOLDS = 3

_DECIDES = "('verify', 'enter', 'return', 'reject', 'duplicate', 'reopen', 'distinct', 'doubt')"

_KNOWN = f"""
WITH law AS (
    SELECT * FROM jsonb_to_recordset(%(law)s::jsonb) AS law (action text, sources jsonb, target text, voids bool)
), new AS MATERIALIZED (
    SELECT e.*, u.is_robot, u.is_staff FROM verification_event e JOIN verification_user u ON u.id = e.actor_id
     WHERE e.id > %(since)s::bigint
), told AS MATERIALIZED (
    SELECT e.submission_id, e.id, e.action, e.actor_id, law.sources, law.target, law.voids,
           lag(law.target) OVER history AS stood, lead(e.id) OVER history IS NULL AS last
      FROM verification_event e JOIN law ON law.action = e.action
     WHERE e.submission_id IS NOT NULL
    WINDOW history AS (PARTITION BY e.submission_id ORDER BY e.id)
), reviewer AS MATERIALIZED (
    SELECT r.user_id FROM verification_reviewer r JOIN verification_user u ON u.id = r.user_id AND u.is_active
     WHERE r.ended_at IS NULL AND r.suspended_at IS NULL AND r.confirmed_at <= clock_timestamp()
       AND r.expires_at > clock_timestamp()
       AND EXISTS (SELECT FROM mfa_authenticator a WHERE a.user_id = u.id AND a.type <> 'recovery_codes')
), house AS MATERIALIZED (
    SELECT DISTINCT bond.user_id, coalesce(o.merged_into_id, o.id) AS id, o.proven AND bond.member AS speaks
      FROM (SELECT user_id, organisation_id, true AS member FROM verification_membership WHERE ended_at IS NULL
            UNION SELECT user_id, organisation_id, false FROM verification_reviewer WHERE ended_at IS NULL) AS bond
      JOIN verification_organisation o ON o.id = bond.organisation_id
), rules AS MATERIALIZED (
    SELECT p.version, class.risk, kind.name AS intent, p.content, (told ->> 'people')::int AS people,
           (told ->> 'outsiders')::bool AS outsiders, (told ->> 'call_back')::bool AS call_back,
           make_interval(hours => (told ->> kind.cooling)::int) AS cooling
      FROM (SELECT * FROM verification_policy WHERE adopted_at IS NOT NULL AND version > 0
             ORDER BY version DESC LIMIT 1) AS p
     CROSS JOIN (VALUES (0, 'routine'), (1, 'sensitive'), (2, 'dangerous')) AS class (risk, name)
     CROSS JOIN (VALUES ('new', 'cooling_new'), ('correction', 'cooling_change'), ('withdrawal', 'cooling_change'),
                        ('confirmation', 'cooling_change')) AS kind (name, cooling)
     CROSS JOIN LATERAL (SELECT p.content -> 'classes' -> class.name) AS of (told)
), decided AS MATERIALIZED (
    SELECT new.id, new.action, new.actor_id, new.submission_id, s.authors, s.organisation_id, s.verified_by_id
      FROM new JOIN verification_submission s ON s.id = new.submission_id
     WHERE new.action IN {_DECIDES} OR new.action = 'confirm'
), live AS MATERIALIZED (
    SELECT uid, version, body, body::jsonb AS says, tokens FROM verification_public WHERE state = 'live'
)
"""

PROMISES = {
    # What the public reads.
    "only what was verified and then entered is published": """
        SELECT e.submission_id FROM new e
         CROSS JOIN LATERAL (
             SELECT max(id) FILTER (WHERE action = 'verify') AS verified,
                    max(id) FILTER (WHERE action = 'enter') AS entered,
                    coalesce(max(id) FILTER (WHERE voids), 0) AS voided
               FROM told WHERE told.submission_id = e.submission_id AND told.id < e.id) AS steps
         WHERE e.action = 'publish' AND (steps.verified > steps.voided AND steps.entered > steps.verified) IS NOT TRUE
    """,
    "a version is published once, by one submission": """
        SELECT s.id FROM verification_submission s
          LEFT JOIN verification_event e ON e.submission_id = s.id AND e.action = 'publish'
         WHERE s.intent IN ('new', 'correction')
         GROUP BY s.id HAVING count(e.id) <> (s.status = 'published')::int
        UNION ALL SELECT 0 FROM verification_event WHERE action = 'publish' GROUP BY record, version HAVING count(*) > 1
    """,
    "each version builds on the one before": """
        SELECT s.id FROM new e JOIN verification_submission s ON s.id = e.submission_id
         WHERE e.action = 'publish' AND (e.version, e.record) IS DISTINCT FROM (s.base_version + 1, s.record)
    """,
    "versions count up one by one": """
        SELECT p.uid FROM verification_public p LEFT JOIN verification_event e
            ON e.record = p.uid AND e.action IN ('publish', 'take_down', 'merge', 'unmerge')
         GROUP BY p.uid HAVING count(DISTINCT e.version) <> p.version OR count(*) <> p.version
                            OR max(e.version) <> p.version
    """,
    "a record stands as its public row does": """
        SELECT p.uid FROM verification_public p LEFT JOIN supplies_need n ON n.uid = p.uid
         WHERE (n.version = p.version AND n.state = p.state) IS NOT TRUE
    """,
    "the public reads what was told last": """
        SELECT live.uid FROM live
         WHERE live.body IS DISTINCT FROM (SELECT body FROM verification_event e WHERE e.record = live.uid
                                              AND body <> '' ORDER BY id DESC LIMIT 1)
    """,
    "a record leaves the public at once, and leaves a tombstone": """
        SELECT p.uid FROM verification_public p JOIN verification_event e ON e.record = p.uid
         WHERE e.action IN ('take_down', 'merge') AND e.version = p.version
           AND (p.state = 'live' OR p.tokens <> '{}' OR p.body::jsonb ?| ARRAY['lines', 'remarks', 'delivery_address']
                OR NOT p.body::jsonb ? 'gone'
                OR NOT EXISTS (SELECT FROM verification_takedown t WHERE t.record_id = p.uid AND t.version = p.version))
        UNION ALL
        SELECT uid FROM verification_public p WHERE p.state <> 'live' AND NOT EXISTS (
            SELECT FROM verification_event e WHERE e.record = p.uid AND e.version = p.version
               AND e.action IN ('take_down', 'merge'))
    """,
    "nothing private stands in public": """
        SELECT uid FROM verification_public WHERE body LIKE ANY(%(secrets)s::text[])
        UNION ALL
        SELECT record FROM new WHERE body || public_text LIKE ANY(%(secrets)s::text[])
    """,
    "a line's number is never given to another": """
        SELECT record FROM (
            SELECT e.record, line -> 'no' AS no, line -> 'item' AS item FROM verification_event e
             CROSS JOIN LATERAL jsonb_array_elements(e.body::jsonb -> 'lines') AS line
             WHERE e.action = 'publish' AND e.record IN (SELECT record FROM new WHERE action = 'publish')) AS lines
         GROUP BY record, no HAVING count(DISTINCT item) > 1
    """,
    "an unknown amount adds nothing, and is said to be unknown": """
        WITH asked AS (
            SELECT line ->> 'item' AS item, live.uid, (line -> 'amount' ->> 'low')::bigint AS low FROM live
             CROSS JOIN LATERAL jsonb_array_elements(says -> 'lines') AS line
        ), counted AS (
            SELECT split_part(name, ':', 1) AS what, split_part(name, ':', 2) AS item, sum(value) AS value
              FROM verification_counter WHERE name ~ '^(wanted|unsaid):' GROUP BY 1, 2
        ), expected AS (
            SELECT 'wanted' AS what, item, sum(low) AS value FROM asked GROUP BY item
            UNION ALL
            SELECT 'unsaid', item, count(*) FROM (
                SELECT item FROM asked GROUP BY item, uid HAVING count(low) = 0) AS unsaid GROUP BY item
        )
        SELECT item FROM counted FULL JOIN expected USING (what, item)
         WHERE coalesce(counted.value, 0) <> coalesce(expected.value, 0)
    """,
    "what was merged leads to what stands, and both keep their history": """
        SELECT p.uid FROM verification_public p LEFT JOIN verification_public root ON root.uid = p.merged_into
         WHERE p.state = 'merged' AND (root.state <> 'merged' AND root.kind = p.kind) IS NOT TRUE
        UNION ALL
        SELECT e.record FROM new e WHERE e.action IN ('merge', 'unmerge') AND NOT EXISTS (
            SELECT FROM new o WHERE o.record = e.related AND o.related = e.record
               AND o.action = CASE e.action WHEN 'merge' THEN 'absorb' ELSE 'let_go' END)
    """,
    "a step builds on the record as it stands": """
        SELECT s.id FROM new e JOIN verification_submission s ON s.id = e.submission_id
          LEFT JOIN verification_public p ON p.uid = s.record
         WHERE e.action IN ('verify', 'enter') AND s.base_version <> coalesce(p.version, 0) - (
               SELECT count(*) FROM new WHERE new.record = s.record AND new.id > e.id
                  AND new.action IN ('publish', 'take_down', 'merge', 'unmerge'))
    """,
    # The journal.
    "every step starts where the law lets it": """
        SELECT submission_id FROM told
         WHERE CASE action WHEN 'submit' THEN stood IS NOT NULL ELSE (sources ? stood) IS NOT TRUE END
    """,
    "a submission stands where the journal left it": """
        SELECT s.id FROM verification_submission s LEFT JOIN told ON told.submission_id = s.id AND told.last
         WHERE told.target IS DISTINCT FROM s.status
    """,
    "each change of a status is one act of one person": """
        WITH moved AS (
            SELECT id, string_agg(status || ' ' || history_user_id, ',' ORDER BY history_id) AS path
              FROM (SELECT id, status, history_user_id, history_id,
                           lag(status) OVER (PARTITION BY id ORDER BY history_id) AS stood
                      FROM verification_historicalsubmission) AS h
             WHERE status IS DISTINCT FROM stood GROUP BY id
        ), told_so AS (
            SELECT submission_id AS id, string_agg(target || ' ' || actor_id, ',' ORDER BY id) AS path
              FROM told WHERE target IS DISTINCT FROM stood GROUP BY submission_id
        )
        SELECT id FROM moved FULL JOIN told_so USING (id) WHERE moved.path IS DISTINCT FROM told_so.path
    """,
    "stamps name who the journal names": """
        SELECT s.id FROM verification_submission s
         CROSS JOIN LATERAL (
             SELECT (array_agg(actor_id ORDER BY id DESC)
                         FILTER (WHERE action IN ('verify', 'take_down', 'confirm')))[1] AS verified_by,
                    (array_agg(actor_id ORDER BY id DESC) FILTER (WHERE action = 'enter'))[1] AS entered_by,
                    (array_agg(actor_id ORDER BY id DESC) FILTER (WHERE target = ANY(%(terminal)s::text[])))[1]
                        AS closed_by
               FROM told WHERE told.submission_id = s.id) AS told_so
         WHERE s.verified_by_id <> told_so.verified_by OR s.entered_by_id <> told_so.entered_by
            OR s.closed_by_id <> told_so.closed_by
            OR (s.verified_by_id IS NULL AND s.status IN ('verified', 'entered'))
            OR (s.status IN ('collected', 'returned')
                AND coalesce(s.verified_by_id, s.entered_by_id, s.closed_by_id) IS NOT NULL)
    """,
    "every event waits for its place in the tree": """
        SELECT id FROM new WHERE NOT EXISTS (SELECT FROM verification_unsequenced u WHERE u.event_id = new.id)
                             AND NOT EXISTS (SELECT FROM verification_leaf l WHERE l.event_id = new.id)
    """,
    "reasons are given": "SELECT id FROM new WHERE reason = '' AND action = ANY(%(reasoned)s::text[])",
    # Who decides.
    "nobody decides on what they wrote": """
        SELECT submission_id FROM decided WHERE actor_id = ANY(authors) AND action <> 'doubt'
        UNION ALL
        SELECT s.id FROM verification_submission s
         WHERE s.verified_by_id = ANY(s.authors) OR s.entered_by_id = ANY(s.authors)
        UNION ALL
        SELECT s.id FROM new e JOIN verification_submission s ON s.id = e.submission_id
         WHERE e.action = 'take_down' AND e.actor_id = ANY(s.authors)
    """,
    "whoever rewrites becomes an author": """
        SELECT s.id FROM new e JOIN verification_submission s ON s.id = e.submission_id
         WHERE e.action IN ('submit', 'edit') AND NOT e.actor_id = ANY(s.authors)
           AND s.payload IS DISTINCT FROM (SELECT payload FROM verification_historicalsubmission h WHERE h.id = s.id
                                            ORDER BY history_id DESC OFFSET 1 LIMIT 1)
    """,
    "nobody decides about their own house": """
        SELECT submission_id FROM decided JOIN verification_organisation o ON o.id = decided.organisation_id
          JOIN house ON house.user_id = actor_id AND house.id = coalesce(o.merged_into_id, o.id)
         WHERE action <> 'doubt'
        UNION ALL
        SELECT e.submission_id FROM new e JOIN verification_public p ON p.uid = e.record
          JOIN verification_organisation o ON o.id = p.organisation_id
          JOIN house ON house.user_id = e.actor_id AND house.id = coalesce(o.merged_into_id, o.id)
         WHERE e.action IN ('merge', 'absorb', 'unmerge', 'let_go', 'second_look')
    """,
    "only reviewers in force decide": """
        SELECT actor_id FROM decided WHERE actor_id NOT IN (SELECT user_id FROM reviewer)
        UNION ALL
        SELECT actor_id FROM new WHERE actor_id NOT IN (SELECT user_id FROM reviewer) AND (
            action IN ('merge', 'unmerge', 'second_look', 'check_name', 'confirm_name')
            OR action IN ('take_down', 'confirm') AND NOT is_robot AND NOT EXISTS (
                SELECT FROM verification_public p JOIN verification_organisation o ON o.id = p.organisation_id
                  JOIN house ON house.id = coalesce(o.merged_into_id, o.id) AND house.speaks
                 WHERE p.uid = new.record AND house.user_id = new.actor_id))
    """,
    "whoever decides was handed it": """
        SELECT decided.submission_id FROM decided LEFT JOIN told USING (id)
          JOIN verification_submission s ON s.id = decided.submission_id
         WHERE decided.action NOT IN ('reopen')
           AND NOT (decided.action IN ('return', 'reject') AND told.stood = 'entered')
           AND NOT (decided.action = 'enter' AND s.people = 1 AND s.verified_by_id = decided.actor_id)
           AND NOT EXISTS (SELECT FROM verification_handing h WHERE h.submission_id = decided.submission_id
                              AND h.reviewer_id = decided.actor_id)
           AND NOT EXISTS (SELECT FROM verification_event v WHERE v.submission_id = decided.submission_id
                              AND v.actor_id = decided.actor_id AND v.action = 'verify' AND s.people = 1)
    """,
    "nothing is handed to whom it concerns": """
        SELECT h.submission_id FROM verification_handing h JOIN verification_submission s ON s.id = h.submission_id
         WHERE h.id > %(handed)s::bigint AND (h.reviewer_id NOT IN (SELECT user_id FROM reviewer)
               OR h.given <> 'rehearsed' AND (h.reviewer_id = ANY(s.authors) OR EXISTS (
                   SELECT FROM house JOIN verification_organisation o ON o.id = s.organisation_id
                    WHERE house.user_id = h.reviewer_id AND house.id = coalesce(o.merged_into_id, o.id))))
    """,
    "no coordinator chooses both of two, nor themselves": """
        SELECT h.submission_id FROM verification_handing h JOIN verification_user u ON u.id = h.by_id
         WHERE h.id > %(handed)s::bigint AND (h.by_id = h.reviewer_id OR NOT u.is_staff OR NOT EXISTS (
               SELECT FROM new WHERE action = 'direct' AND person = h.reviewer_id AND new.actor_id = h.by_id
                  AND new.submission_id = h.submission_id))
        UNION ALL
        SELECT s.id FROM new e JOIN verification_submission s ON s.id = e.submission_id AND s.people > 1
          JOIN LATERAL (SELECT given FROM verification_handing h WHERE h.submission_id = s.id
                           AND h.reviewer_id = s.verified_by_id ORDER BY id DESC LIMIT 1) AS first ON true
          JOIN LATERAL (SELECT given FROM verification_handing h WHERE h.submission_id = s.id
                           AND h.reviewer_id = e.actor_id ORDER BY id DESC LIMIT 1) AS second ON true
         WHERE e.action = 'enter' AND first.given = 'directed' AND second.given = 'directed'
    """,
    "nobody holds more than they may, nor what waits for nobody": f"""
        SELECT holder_id FROM verification_lease WHERE until > clock_timestamp()
         GROUP BY holder_id HAVING count(*) > {HOLDS}
        UNION ALL
        SELECT submission_id FROM verification_lease l JOIN verification_submission s ON s.id = l.submission_id
         WHERE l.until > clock_timestamp() AND s.status NOT IN ('collected', 'verified')
    """,
    "checklists are answered, and grounds are named": """
        SELECT new.submission_id FROM new
          JOIN jsonb_each(%(checklists)s::jsonb) AS list (action, codes) ON list.action = new.action
         WHERE new.submission_id IS NOT NULL AND (
               EXISTS (SELECT FROM jsonb_array_elements_text(codes) AS code WHERE new.answers -> code <> 'true'
                          OR NOT new.answers ? code)
               OR new.action <> 'enter' AND coalesce(jsonb_array_length(new.answers -> 'grounds'), 0) = 0)
    """,
    "at most one change of a record is approved": """
        SELECT record FROM verification_submission WHERE status = 'entered' GROUP BY record HAVING count(*) > 1
    """,
    # The rules of each class.
    "every step is judged by the rules in force": """
        SELECT s.id FROM new e JOIN verification_submission s ON s.id = e.submission_id
          JOIN rules ON rules.risk = s.risk AND rules.intent = s.intent
         WHERE e.action IN ('submit', 'verify', 'enter')
           AND ((e.policy, s.policy, s.people, s.outsiders)
                IS DISTINCT FROM (rules.version, rules.version, rules.people, rules.outsiders)
                OR s.due_at - s.entered_at <> rules.cooling)
    """,
    "a change is of the class of the gravest it touches": """
        SELECT s.id FROM verification_submission s WHERE s.id IN (SELECT submission_id FROM new) AND s.risk <>
            CASE s.intent WHEN 'new' THEN %(risk)s::int
                 ELSE (SELECT coalesce(max((%(risks)s::jsonb ->> field)::int), 0) FROM unnest(s.touched) AS field) END
    """,
    "two people decide where the class asks for two": """
        SELECT s.id FROM verification_submission s JOIN rules ON rules.risk = s.risk AND rules.intent = s.intent
         WHERE s.status = 'entered' AND s.verified_by_id = s.entered_by_id AND (s.people > 1 OR rules.people > 1)
        UNION ALL
        SELECT s.id FROM new JOIN verification_submission s ON s.id = new.submission_id
         WHERE new.action = 'publish' AND s.verified_by_id = s.entered_by_id
           AND (s.people > 1 OR s.risk > 0)
    """,
    "both are outsiders where the class asks for it": """
        SELECT s.id FROM new e JOIN verification_submission s ON s.id = e.submission_id AND s.outsiders
          JOIN house mine ON mine.user_id = e.actor_id
          JOIN house theirs ON theirs.id = mine.id AND theirs.user_id <> e.actor_id
               AND theirs.user_id = ANY(s.authors || CASE e.action WHEN 'enter' THEN s.verified_by_id END)
         WHERE e.action IN ('verify', 'enter')
    """,
    "the institution is called back where the class asks for it": """
        SELECT s.id FROM new e JOIN verification_submission s ON s.id = e.submission_id
          JOIN rules ON rules.risk = s.risk AND rules.intent = s.intent
         WHERE e.action = 'verify' AND rules.call_back AND NOT e.answers ? 'call_back'
    """,
    "nothing stands that the rules in force would not let stand": """
        SELECT s.id FROM verification_submission s JOIN rules ON rules.risk = s.risk AND rules.intent = s.intent
         WHERE s.status IN ('collected', 'returned', 'verified', 'entered') AND s.policy <> rules.version
            OR s.status IN ('verified', 'entered') AND (
               s.people < rules.people OR rules.outsiders AND NOT s.outsiders
               OR s.status = 'entered' AND s.due_at - s.entered_at < rules.cooling
               OR rules.call_back AND NOT (SELECT answers ? 'call_back' FROM verification_event e
                   WHERE e.submission_id = s.id AND action = 'verify' ORDER BY id DESC LIMIT 1))
    """,
    "what cools off is not public": """
        SELECT s.id FROM new JOIN verification_submission s ON s.id = new.submission_id
          JOIN rules ON rules.risk = s.risk AND rules.intent = s.intent
         WHERE new.action = 'publish' AND (s.closed_at < s.due_at OR s.closed_at - s.entered_at < rules.cooling)
    """,
    "rules are changed by two people of two houses": """
        SELECT p.version FROM new e JOIN verification_policy p ON p.version = e.policy
         WHERE e.action = 'adopt_policy' AND (p.adopted_by_id <> e.actor_id OR p.proposed_by_id = e.actor_id
           OR EXISTS (SELECT FROM house mine JOIN house theirs USING (id)
                       WHERE mine.user_id = e.actor_id AND theirs.user_id = p.proposed_by_id)
           OR NOT EXISTS (SELECT FROM house WHERE user_id = p.proposed_by_id))
        UNION ALL
        SELECT actor_id FROM new WHERE action IN ('propose_policy', 'adopt_policy', 'decline_policy')
           AND NOT (is_staff OR actor_id IN (SELECT user_id FROM reviewer))
    """,
    # The machine, and power over people.
    "the machine never decides": """
        SELECT id FROM new WHERE is_robot AND NOT action IN ('publish', 'rerendered', 'send_back')
        UNION ALL
        SELECT id FROM new WHERE action IN ('publish') AND NOT is_robot
    """,
    "power over people takes two": """
        SELECT e.id FROM new e WHERE e.answers ->> 'step' = 'done'
           AND e.action IN ('reinstate', 'reset_factor', 'make_coordinator', 'join')
           AND (SELECT count(DISTINCT o.actor_id) FROM verification_event o
                 WHERE o.related = e.related AND o.actor_id <> e.person) < 2
        UNION ALL
        SELECT e.id FROM new e WHERE e.answers ->> 'step' = 'done' AND e.action = 'suspend' AND NOT e.is_staff
           AND (SELECT count(DISTINCT o.actor_id) FROM verification_event o WHERE o.related = e.related) < 2
    """,
    "whoever reviews for a house belongs to it": """
        SELECT r.user_id FROM verification_reviewer r JOIN verification_organisation o ON o.id = r.organisation_id
         WHERE r.ended_at IS NULL AND r.confirmed_at IS NOT NULL AND NOT EXISTS (
               SELECT FROM verification_membership m JOIN verification_organisation of ON of.id = m.organisation_id
                WHERE m.user_id = r.user_id AND m.ended_at IS NULL
                  AND coalesce(of.merged_into_id, of.id) = coalesce(o.merged_into_id, o.id))
    """,
    "who is suspended was suspended by an act that is told": """
        SELECT r.user_id FROM verification_reviewer r WHERE r.ended_at IS NULL AND r.confirmed_at IS NOT NULL
           AND (r.suspended_at IS NOT NULL) IS DISTINCT FROM coalesce(
               (SELECT action = 'suspend' FROM verification_event e WHERE e.person = r.user_id
                   AND e.action IN ('suspend', 'reinstate') AND e.answers ->> 'step' = 'done' ORDER BY id DESC LIMIT 1),
               false)
    """,
}

_ASKED = _KNOWN + "\nUNION ALL\n".join(
    f"SELECT {number}, broken::text FROM ({query}) AS found (broken)"
    for number, query in enumerate(PROMISES.values())
)
_NAMES = list(PROMISES)
_VALUES = {
    "law": json.dumps([{"action": a, **told} for a, told in LAW.items()]),
    "secrets": [f"%{builders.need_payload()[name]}%" for name in builders.PRIVATE],
    "terminal": sorted(TERMINAL),
    "reasoned": sorted({*REASONS, Action.RERENDER}),
    "checklists": json.dumps({action: list(codes) for action, codes in CHECKLISTS.items()}),
    "risk": int(SPEC.risk),
    "risks": json.dumps({name: int(field.risk) for name, field in SPEC.fields.items()}),
}


class Broken(AssertionError):
    """A promise does not hold."""

    def __init__(self, promise, by):
        super().__init__(f"{promise}: broken by {by}")
        self.promise = promise


def ask(*, since, handed):
    """Complain of the first that does not hold; `since` and `handed` are the last event and handing before."""
    for number, by in statements.rows(_ASKED, _VALUES | {"since": since, "handed": handed}):
        raise Broken(_NAMES[number], by)
