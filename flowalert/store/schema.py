"""The tables, their version, and the mark that tells a store from any other SQLite file."""

import apsw

from flowalert.store.transaction import transact

APPLICATION_ID = 0x666C_6F77  # "flow"

# Each string brings a store from the version before it to its own number, counted from 1. One that was
# released is never edited: a change is a new string at the end.
_VERSIONS = (
    """
    CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        venue TEXT NOT NULL,
        sector TEXT NOT NULL,
        investor TEXT NOT NULL,
        UNIQUE (venue, sector, investor)
    ) STRICT;

    -- One row an entry. `kind` is journal.EntryKind. An update fills `series`, the figures and `tjjtime`; of
    -- the others `detail` has the whole entry, as JSON.
    CREATE TABLE journal (
        seq INTEGER PRIMARY KEY,
        received_at INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        at INTEGER NOT NULL,
        series INTEGER REFERENCES series,
        msvol INTEGER, msval INTEGER, msvolume INTEGER, mdvolume INTEGER, msvalue INTEGER, mdvalue INTEGER,
        p_msvol INTEGER, p_msval INTEGER,
        tjjtime TEXT,
        detail TEXT
    ) STRICT;

    -- Where each session starts and ends in the journal. A session is a venue and a date.
    CREATE TABLE sessions (
        venue TEXT NOT NULL,
        day INTEGER NOT NULL,
        first_seq INTEGER NOT NULL,
        closed_seq INTEGER,
        PRIMARY KEY (venue, day)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE alerts (
        id TEXT PRIMARY KEY,
        rule TEXT NOT NULL,
        scope TEXT NOT NULL,
        state TEXT NOT NULL,
        severity INTEGER NOT NULL,
        opened_at INTEGER NOT NULL,
        last_transition TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX alerts_open ON alerts (opened_at) WHERE state = 'open';

    -- `content` is the whole transition, as JSON; the other columns are what it is looked up by.
    CREATE TABLE transitions (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        alert TEXT NOT NULL REFERENCES alerts DEFERRABLE INITIALLY DEFERRED,
        at INTEGER NOT NULL,
        committed_at INTEGER NOT NULL,
        told INTEGER NOT NULL,
        content TEXT NOT NULL
    ) STRICT;
    CREATE INDEX transitions_by_alert ON transitions (alert, seq);

    CREATE TABLE targets (key TEXT PRIMARY KEY, label TEXT NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE notices (
        id INTEGER PRIMARY KEY,
        transition TEXT NOT NULL REFERENCES transitions (id),
        channel TEXT NOT NULL,
        alert TEXT NOT NULL,
        kind TEXT NOT NULL,
        severity INTEGER NOT NULL,
        format TEXT NOT NULL,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (transition, channel)
    ) STRICT;
    CREATE INDEX notices_by_alert ON notices (alert, kind);

    -- A target's deliveries go out in the order of `id`.
    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY,
        notice INTEGER NOT NULL REFERENCES notices,
        target TEXT NOT NULL REFERENCES targets,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        uncertain INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        next_at INTEGER NOT NULL,
        lease_until INTEGER,
        settled_at INTEGER,
        UNIQUE (notice, target)
    ) STRICT;
    CREATE INDEX deliveries_unsettled ON deliveries (target, id) WHERE settled_at IS NULL;

    CREATE VIEW deliveries_in_full AS
        SELECT d.id, d.state, d.reason, d.attempts, d.uncertain, d.created_at, d.next_at, d.lease_until,
               d.settled_at, d.target, g.label, n.transition, n.alert, n.kind, n.severity, n.channel, n.title,
               n.body, n.format
        FROM deliveries d JOIN notices n ON n.id = d.notice JOIN targets g ON g.key = d.target;
    """,
    """
    -- How often each rule that expires fired in each session that it saw. It outlives the journal: what is used up
    -- stays used up.
    CREATE TABLE terms (
        rule TEXT NOT NULL,
        venue TEXT NOT NULL,
        day INTEGER NOT NULL,
        fires INTEGER NOT NULL,
        PRIMARY KEY (rule, venue, day)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    DROP VIEW deliveries_in_full;

    -- What is said, once for all channels that say it alike. `row` is a list, as JSON; the moments are milliseconds.
    CREATE TABLE wordings (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL,
        body TEXT NOT NULL,
        row TEXT NOT NULL,
        trend TEXT NOT NULL,
        own INTEGER NOT NULL,
        at INTEGER NOT NULL,
        published INTEGER NOT NULL,
        received_at INTEGER,
        decided_at INTEGER
    ) STRICT;
    INSERT INTO wordings SELECT n.id, n.title, n.body, '[]', '', 1, t.at, 0, NULL, NULL
        FROM notices n JOIN transitions t ON t.id = n.transition;

    -- `cause` tells apart what a channel is told of one transition by its rule, as a fallback, after a silence …
    CREATE TABLE new_notices (
        id INTEGER PRIMARY KEY,
        transition TEXT NOT NULL REFERENCES transitions (id),
        channel TEXT NOT NULL,
        cause TEXT NOT NULL,
        alert TEXT NOT NULL,
        kind TEXT NOT NULL,
        severity INTEGER NOT NULL,
        reminder INTEGER NOT NULL,
        wording INTEGER NOT NULL REFERENCES wordings,
        UNIQUE (transition, channel, cause)
    ) STRICT;
    INSERT INTO new_notices
        SELECT id, transition, channel, 'routed', alert, kind, severity, 0, id FROM notices;
    DROP TABLE notices;
    ALTER TABLE new_notices RENAME TO notices;
    CREATE INDEX notices_by_alert ON notices (alert, kind);

    ALTER TABLE alerts ADD COLUMN labels TEXT NOT NULL DEFAULT '{}';

    ALTER TABLE deliveries ADD COLUMN channel TEXT NOT NULL DEFAULT '';
    ALTER TABLE deliveries ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0;
    UPDATE deliveries SET channel = (SELECT n.channel FROM notices n WHERE n.id = deliveries.notice);
    DROP INDEX deliveries_unsettled;
    CREATE INDEX deliveries_unsettled ON deliveries (target, channel, id) WHERE settled_at IS NULL;
    CREATE INDEX deliveries_dead ON deliveries (settled_at) WHERE state = 'dead';

    -- One target's part in one channel, and what is remembered of the messages that went there.
    CREATE TABLE lanes (
        target TEXT NOT NULL REFERENCES targets,
        channel TEXT NOT NULL,
        last_at INTEGER,
        tokens REAL NOT NULL DEFAULT 0,
        tokens_at INTEGER,
        failures INTEGER NOT NULL DEFAULT 0,
        blocked_until INTEGER,
        asked_until INTEGER,
        PRIMARY KEY (target, channel)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO lanes (target, channel) SELECT DISTINCT target, channel FROM deliveries WHERE settled_at IS NULL;

    -- Alerts that somebody would have been told of but for a silence or an inhibition, while they fire.
    CREATE TABLE muted (
        alert TEXT NOT NULL,
        channel TEXT NOT NULL,
        target TEXT NOT NULL,
        mute TEXT NOT NULL,
        PRIMARY KEY (alert, channel, target)
    ) STRICT, WITHOUT ROWID;

    CREATE VIEW deliveries_in_full AS
        SELECT d.id, d.state, d.reason, d.attempts, d.uncertain, d.created_at, d.next_at, d.lease_until,
               d.settled_at, d.target, g.label, d.urgent, n.transition, n.alert, n.kind, n.severity, n.channel,
               n.cause, n.reminder, w.title, w.body, w.row, w.trend, w.own, w.at, w.published, w.received_at,
               w.decided_at
        FROM deliveries d JOIN notices n ON n.id = d.notice JOIN wordings w ON w.id = n.wording
            JOIN targets g ON g.key = d.target;
    """,
    """
    -- What people do not want to be told of, for a time. `matcher` is the matcher's own text; `times` are those of a
    -- recurring silence, as JSON.
    CREATE TABLE silences (
        id INTEGER PRIMARY KEY,
        matcher TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        starts_at INTEGER NOT NULL,
        ends_at INTEGER,
        ended_at INTEGER,
        who TEXT NOT NULL,
        reason TEXT NOT NULL,
        times TEXT NOT NULL
    ) STRICT;

    CREATE TABLE acks (
        alert TEXT PRIMARY KEY REFERENCES alerts,
        who TEXT NOT NULL,
        at INTEGER NOT NULL,
        comment TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- What was done by hand. `action` is audit.Action, and `detail` an object, as JSON.
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        who TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        detail TEXT NOT NULL
    ) STRICT;
    """,
    """
    -- What retention looks for: alerts of long ago, and whether any notice still says what a wording says.
    CREATE INDEX transitions_by_at ON transitions (at);
    CREATE INDEX notices_by_wording ON notices (wording);

    -- The part of the journal that goes into a recording and then out of the store; at most one row. A file is named
    -- here before it is made, so that what a crash left of it is known to be the store's own.
    CREATE TABLE exports (
        first_seq INTEGER PRIMARY KEY,
        last_seq INTEGER NOT NULL,
        file TEXT NOT NULL,
        is_done INTEGER NOT NULL
    ) STRICT;
    """,
)
VERSION = len(_VERSIONS)


def migrate(connection: apsw.Connection) -> None:
    """Bring an empty or an older store to the version of this code, in one transaction: all the way or not at all."""
    if connection.pragma("user_version") == VERSION:
        return
    with transact(connection):
        for script in _VERSIONS[connection.pragma("user_version") :]:
            connection.execute(script)
        connection.pragma("application_id", APPLICATION_ID)
        connection.pragma("user_version", VERSION)
