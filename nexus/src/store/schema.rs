//! The file's shape and its history. A migration is never changed once it was released; a new one is added.

use std::path::Path;

use rusqlite::Connection;

use super::StoreError;

/// One entry a version; `user_version` counts how many were applied. Times are microseconds since 1970.
pub(super) const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE nodes (
        ordinal INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        capabilities TEXT NOT NULL,
        version INTEGER NOT NULL,
        peer TEXT NOT NULL,
        group_key TEXT,
        registered_at INTEGER NOT NULL,
        last_seen INTEGER NOT NULL
    );
    CREATE TABLE executions (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL UNIQUE,
        node_id TEXT NOT NULL,
        node_name TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        skill TEXT NOT NULL,
        method TEXT NOT NULL,
        summary TEXT NOT NULL,
        state TEXT NOT NULL,
        exit_code INTEGER,
        signal TEXT,
        error TEXT,
        result TEXT,
        submitted_at INTEGER NOT NULL,
        finished_at INTEGER,
        duration INTEGER,
        output_bytes INTEGER NOT NULL,
        output_gap INTEGER NOT NULL
    );
    CREATE INDEX executions_of_node ON executions (node_id, number);
    CREATE TABLE outputs (
        execution BLOB NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
        seq INTEGER NOT NULL,
        stream INTEGER NOT NULL,
        at_ms INTEGER NOT NULL,
        bytes BLOB NOT NULL,
        PRIMARY KEY (execution, seq)
    ) WITHOUT ROWID;
    CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
",
    "
    ALTER TABLE nodes ADD COLUMN trust TEXT NOT NULL DEFAULT '';
    ALTER TABLE nodes ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE join_codes (id BLOB PRIMARY KEY, code TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE waiting (key BLOB PRIMARY KEY, machine TEXT NOT NULL) WITHOUT ROWID;
",
    "
    CREATE TABLE tokens (
        id BLOB PRIMARY KEY,
        name TEXT NOT NULL,
        hash BLOB NOT NULL UNIQUE,
        role TEXT NOT NULL,
        nodes TEXT NOT NULL,
        calls TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        last_used_at INTEGER,
        last_used_from TEXT,
        revoked_at INTEGER
    ) WITHOUT ROWID;
",
    "
    CREATE TABLE audit (number INTEGER PRIMARY KEY, entry TEXT NOT NULL, hash BLOB NOT NULL);
    CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'append only'); END;
    CREATE TABLE audit_checkpoints (
        number INTEGER PRIMARY KEY,
        hash BLOB NOT NULL,
        at INTEGER NOT NULL,
        key BLOB NOT NULL,
        signature BLOB NOT NULL
    );
    CREATE TABLE audit_anchors (
        number INTEGER PRIMARY KEY,
        hash BLOB NOT NULL,
        at INTEGER NOT NULL,
        key BLOB NOT NULL,
        signature BLOB NOT NULL
    );
    CREATE TABLE approval_rules (id BLOB PRIMARY KEY, rule TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE approvals (id BLOB PRIMARY KEY, approval TEXT NOT NULL) WITHOUT ROWID;
",
    "
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL,
        dedupe_key TEXT,
        live INTEGER NOT NULL,
        asker TEXT NOT NULL,
        info TEXT NOT NULL,
        record TEXT NOT NULL
    );
    CREATE INDEX jobs_by_id ON jobs (id);
    CREATE INDEX jobs_live ON jobs (number) WHERE live;
    ALTER TABLE executions ADD COLUMN job BLOB;
    ALTER TABLE executions ADD COLUMN target INTEGER;
    ALTER TABLE executions ADD COLUMN attempt INTEGER;
    ALTER TABLE executions ADD COLUMN output_sha256 BLOB;
    CREATE INDEX executions_of_job ON executions (job, target, attempt) WHERE job IS NOT NULL;
",
    "
    CREATE TABLE saved_groups (name TEXT PRIMARY KEY, saved TEXT NOT NULL) WITHOUT ROWID;
",
    "
    CREATE TABLE schedules (id BLOB PRIMARY KEY, schedule TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE runbooks (
        name TEXT NOT NULL,
        version INTEGER NOT NULL,
        runbook TEXT NOT NULL,
        PRIMARY KEY (name, version)
    ) WITHOUT ROWID;
    CREATE TABLE runs (id BLOB PRIMARY KEY, live INTEGER NOT NULL, run TEXT NOT NULL) WITHOUT ROWID;
",
    "
    CREATE TABLE charts (number INTEGER PRIMARY KEY, chart TEXT NOT NULL);
    CREATE TABLE seats (
        chart INTEGER NOT NULL,
        number INTEGER NOT NULL,
        key TEXT,
        ordinal INTEGER,
        PRIMARY KEY (chart, number)
    ) WITHOUT ROWID;
    INSERT INTO charts VALUES (1, '{\"info\":{\"number\":1,\"by\":{\"by\":\"site\"},\"made_by\":\"\",\"since\":null},\"expected\":[]}');
    INSERT INTO seats SELECT 1, ordinal, group_key, CASE removed WHEN 0 THEN ordinal END FROM nodes;
",
    "
    CREATE TABLE minutes (
        minute INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        online INTEGER NOT NULL,
        degraded INTEGER NOT NULL,
        offline INTEGER NOT NULL,
        fell INTEGER NOT NULL,
        jobs INTEGER NOT NULL,
        jobs_failed INTEGER NOT NULL,
        executions INTEGER NOT NULL,
        executions_failed INTEGER NOT NULL
    );
    CREATE TABLE samples (
        minute INTEGER NOT NULL,
        block INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (minute, block)
    ) WITHOUT ROWID;
    CREATE TABLE turns (
        at INTEGER NOT NULL,
        node INTEGER NOT NULL,
        stood INTEGER NOT NULL,
        PRIMARY KEY (at, node)
    ) WITHOUT ROWID;
    CREATE INDEX turns_of_node ON turns (node, at, stood);
",
    "
    CREATE TABLE saved_calls (
        id BLOB PRIMARY KEY,
        principal TEXT NOT NULL,
        skill TEXT NOT NULL,
        method TEXT NOT NULL,
        name TEXT NOT NULL,
        parameters TEXT NOT NULL,
        timeout REAL NOT NULL,
        summary TEXT NOT NULL,
        incomplete INTEGER NOT NULL,
        used_at INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX saved_calls_of ON saved_calls (principal, skill, method, used_at);
",
    "
    CREATE TABLE alert_rules (id BLOB PRIMARY KEY, rule TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE alerts (id BLOB PRIMARY KEY, alert TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE alert_mutes (key TEXT PRIMARY KEY, mute TEXT NOT NULL) WITHOUT ROWID;
",
    "
    CREATE TABLE alert_hook (one INTEGER PRIMARY KEY CHECK (one = 1), url TEXT NOT NULL);
",
    "
    CREATE TABLE owed_results (
        number INTEGER PRIMARY KEY,
        source TEXT NOT NULL,
        job BLOB NOT NULL,
        owed TEXT NOT NULL,
        UNIQUE (source, job, owed)
    );
    CREATE INDEX owed_results_of ON owed_results (source, number);
",
    "
    CREATE TABLE audit_copies (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        instance TEXT NOT NULL,
        name TEXT NOT NULL,
        number INTEGER NOT NULL,
        hash BLOB NOT NULL,
        anchor TEXT,
        why TEXT NOT NULL,
        begun_at INTEGER NOT NULL,
        heard_at INTEGER NOT NULL
    );
    CREATE TABLE audit_copied (
        copy INTEGER NOT NULL REFERENCES audit_copies (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        entry TEXT NOT NULL,
        hash BLOB NOT NULL,
        PRIMARY KEY (copy, number)
    );
    CREATE TRIGGER audit_copied_is_append_only BEFORE UPDATE ON audit_copied BEGIN SELECT raise(ABORT, 'append only'); END;
    CREATE TABLE audit_copied_checkpoints (
        copy INTEGER NOT NULL REFERENCES audit_copies (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        hash BLOB NOT NULL,
        at INTEGER NOT NULL,
        key BLOB NOT NULL,
        signature BLOB NOT NULL,
        PRIMARY KEY (copy, number)
    ) WITHOUT ROWID;
",
];

pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let failed = |what| {
        move |source| StoreError::Sqlite {
            what,
            path: path.to_owned(),
            source,
        }
    };
    let mut connection = Connection::open(path).map_err(failed("cannot open"))?;
    connection
        .busy_timeout(std::time::Duration::from_secs(2))
        .map_err(failed("cannot open"))?;
    connection
        .execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864;",
        )
        .map_err(failed("cannot open"))?;
    let found: usize = connection
        .query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))
        .map(|version| usize::try_from(version).unwrap_or(usize::MAX))
        .map_err(failed("cannot read"))?;
    let known = MIGRATIONS.len();
    let pending = MIGRATIONS.get(found..).ok_or(StoreError::Newer {
        path: path.to_owned(),
        found,
        known,
    })?;
    if !pending.is_empty() {
        let transaction = connection.transaction().map_err(failed("cannot migrate"))?;
        for migration in pending {
            transaction
                .execute_batch(migration)
                .map_err(failed("cannot migrate"))?;
        }
        transaction
            .pragma_update(
                None,
                "user_version",
                i64::try_from(known).unwrap_or_default(),
            )
            .map_err(failed("cannot migrate"))?;
        transaction.commit().map_err(failed("cannot migrate"))?;
    }
    Ok(connection)
}
