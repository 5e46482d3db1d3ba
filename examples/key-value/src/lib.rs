//! A key-value store: a component that calls the Marine module `sqlite3`.

wit_bindgen::generate!({ path: "wit", world: "service", generate_all });

use exports::example::key_value::store::{Entry, Guest};
use marine::sqlite3::api as sqlite;
use std::cell::OnceCell;

/// In the folder that the configuration maps for `sqlite3`.
const FILE: &str = "/storage/key-value.sqlite";
/// Open for reading and writing, and create the file.
const READ_WRITE_CREATE: i32 = 6;
const OK: i32 = 0;
const ROW: i32 = 100;
const DONE: i32 = 101;
/// SQLite copies the text.
const TRANSIENT: i32 = -1;

type Result<T> = std::result::Result<T, String>;

thread_local! {
    static DATABASE: OnceCell<u32> = const { OnceCell::new() };
}

struct KeyValue;

impl Guest for KeyValue {
    fn put(key: String, value: String) -> Result<()> {
        let insert = "INSERT INTO entries VALUES (ifnull(?, ''), ifnull(?, '')) \
                      ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        run(insert, &[&key, &value], 0)?;
        Ok(())
    }

    fn get(key: String) -> Result<Option<String>> {
        let rows = run("SELECT value FROM entries WHERE key = ifnull(?, '')", &[&key], 1)?;
        Ok(rows.into_iter().flatten().next())
    }

    fn remove(key: String) -> Result<bool> {
        run("DELETE FROM entries WHERE key = ifnull(?, '')", &[&key], 0)?;
        Ok(sqlite::sqlite3_changes(database()?) > 0)
    }

    fn list(prefix: String) -> Result<Vec<Entry>> {
        let query = "SELECT key, value FROM entries WHERE instr(key, ifnull(?, '')) = 1 ORDER BY key";
        let rows = run(query, &[&prefix], 2)?.into_iter();
        Ok(rows
            .filter_map(|row| <[String; 2]>::try_from(row).ok())
            .map(|[key, value]| Entry { key, value })
            .collect())
    }
}

/// The handle of the database, opened by the first call.
fn database() -> Result<u32> {
    DATABASE.with(|database| {
        if let Some(handle) = database.get() {
            return Ok(*handle);
        }
        let opened = sqlite::sqlite3_open_v2(FILE, READ_WRITE_CREATE, "");
        if opened.ret_code != OK {
            return Err(format!("can't open {FILE}: {}", sqlite::sqlite3_errmsg(opened.db_handle)));
        }
        let table = "CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL)";
        let created = sqlite::sqlite3_exec(opened.db_handle, table, 0, 0);
        match created.ret_code {
            OK => Ok(*database.get_or_init(|| opened.db_handle)),
            _ => Err(created.err_msg),
        }
    })
}

/// Runs a statement. Returns the texts in the first `columns` columns of its rows. An empty text is bound as NULL.
fn run(sql: &str, values: &[&str], columns: u32) -> Result<Vec<Vec<String>>> {
    let database = database()?;
    let prepared = sqlite::sqlite3_prepare_v2(database, sql);
    let statement = prepared.stmt_handle;
    let mut code = prepared.ret_code;
    for (position, value) in (1..).zip(values) {
        if code == OK {
            code = sqlite::sqlite3_bind_text(statement, position, value, TRANSIENT);
        }
    }
    let mut rows = Vec::new();
    if code == OK {
        code = sqlite::sqlite3_step(statement);
    }
    while code == ROW {
        rows.push((0..columns).map(|column| sqlite::sqlite3_column_text(statement, column)).collect());
        code = sqlite::sqlite3_step(statement);
    }
    let result = match code {
        DONE => Ok(rows),
        _ => Err(sqlite::sqlite3_errmsg(database)),
    };
    sqlite::sqlite3_finalize(statement);
    result
}

export!(KeyValue);
