//! Who may use the console: users with their roles, sessions, one-time links.

use model::{AccountId, Ambient, EmailAddress, Secret, Timestamp};

use crate::error::{Result, StoreError};
use crate::ids::Ids;
use crate::keys::Keys;
use crate::sql::{Conn, Row, Value, statements};
use crate::writer::json;

statements! {
    USER_BY_EMAIL = "SELECT id, email, language, password, totp, recovery, created_at, signed_in_at, disabled_at \
        FROM console_user WHERE email_key = $1";
    USER_BY_ID = "SELECT id, email, language, password, totp, recovery, created_at, signed_in_at, disabled_at \
        FROM console_user WHERE id = $1";
    USERS = "SELECT id, email, language, password, totp, recovery, created_at, signed_in_at, disabled_at \
        FROM console_user ORDER BY email_key";
    ROLES = "SELECT user_id, account_id, role FROM console_member ORDER BY user_id, account_id";
    ROLES_OF = "SELECT user_id, account_id, role FROM console_member WHERE user_id = $1 ORDER BY account_id";
    NEW_USER = "INSERT INTO console_user (id, email_key, email, totp_step, recovery, created_at) \
        VALUES ($1, $2, $3, 0, '[]', $4)";
    SET_ROLE = "INSERT INTO console_member (user_id, account_id, role) VALUES ($1, $2, $3) \
        ON CONFLICT (user_id, account_id) DO UPDATE SET role = excluded.role";
    END_ROLE = "DELETE FROM console_member WHERE user_id = $1 AND account_id = $2";
    SET_DISABLED = "UPDATE console_user SET disabled_at = $2 WHERE id = $1";
    SET_PASSWORD = "UPDATE console_user SET password = $2, disabled_at = NULL WHERE id = $1";
    SET_LANGUAGE = "UPDATE console_user SET language = $2 WHERE id = $1";
    SET_TOTP = "UPDATE console_user SET totp = $2, recovery = $3, totp_step = 0 WHERE id = $1";
    SPEND_STEP = "UPDATE console_user SET totp_step = $2 WHERE id = $1 AND totp_step < $2";
    SPEND_RECOVERY = "UPDATE console_user SET recovery = $3 WHERE id = $1 AND recovery = $2";
    SIGNED_IN = "UPDATE console_user SET signed_in_at = $2 WHERE id = $1";
    NEW_LINK = "INSERT INTO console_link (token_hash, user_id, expires_at) VALUES ($1, $2, $3)";
    LINK = "SELECT user_id, expires_at FROM console_link WHERE token_hash = $1";
    END_LINKS = "DELETE FROM console_link WHERE user_id = $1";
    END_DEAD_LINKS = "DELETE FROM console_link WHERE expires_at < $1";
    NEW_SESSION = "INSERT INTO console_session (token_hash, user_id, made_at, used_at, ip, user_agent) \
        VALUES ($1, $2, $3, $3, $4, $5)";
    SESSION = "SELECT token_hash, user_id, made_at, used_at, ip, user_agent FROM console_session WHERE token_hash = $1";
    SESSIONS_OF = "SELECT token_hash, user_id, made_at, used_at, ip, user_agent FROM console_session WHERE user_id = $1 \
        ORDER BY used_at DESC";
    TOUCH_SESSION = "UPDATE console_session SET used_at = $2 WHERE token_hash = $1";
    END_SESSION = "DELETE FROM console_session WHERE token_hash = $1 AND user_id = $2";
    END_SESSIONS_OF = "DELETE FROM console_session WHERE user_id = $1";
    END_OLD_SESSIONS = "DELETE FROM console_session WHERE made_at < $1";
}

/// What a user may do in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Sees everything but secrets.
    Viewer,
    /// Changes contacts and configuration too.
    Editor,
    /// Also decides who else may, and which callers have secrets.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 3] = [Self::Viewer, Self::Editor, Self::Owner];

    /// As stored and written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Editor => "editor",
            Self::Owner => "owner",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.name() == name)
    }
}

/// A user of the console.
#[derive(Clone, Debug)]
pub struct ConsoleUser {
    /// Their number.
    pub id: i64,
    /// The address they sign in with.
    pub email: String,
    /// The language of their pages, where chosen.
    pub language: Option<String>,
    /// The password's hash; `None` until the one-time link was followed.
    pub password: Option<String>,
    /// The secret of their authenticator, opened.
    pub totp: Option<Secret>,
    /// Hashes of unused recovery codes, in hex.
    pub recovery: Vec<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// Last sign-in.
    pub signed_in_at: Option<Timestamp>,
    /// Since when they may not sign in.
    pub disabled_at: Option<Timestamp>,
    /// What they may do where.
    pub roles: Vec<(AccountId, Role)>,
}

/// A session of the console.
#[derive(Clone, Debug)]
pub struct ConsoleSession {
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// Whose.
    pub user: i64,
    /// Since when.
    pub made_at: Timestamp,
    /// Last used.
    pub used_at: Timestamp,
    /// The address it began from.
    pub ip: String,
    /// The browser it began in.
    pub user_agent: String,
}

/// Users' authenticator secrets belong to no account.
const NO_ACCOUNT: AccountId = AccountId(0);

fn user(row: &mut Row<'_>, keys: &Keys) -> Result<ConsoleUser> {
    Ok(ConsoleUser {
        id: row.int()?,
        email: row.text()?,
        language: row.text_opt()?,
        password: row.text_opt()?,
        totp: row.bytes_opt()?.map(|sealed| keys.open(NO_ACCOUNT, &sealed)).transpose()?,
        recovery: row.json()?,
        created_at: row.time()?,
        signed_in_at: row.time_opt()?,
        disabled_at: row.time_opt()?,
        roles: Vec::new(),
    })
}

fn role(row: &mut Row<'_>) -> Result<(i64, AccountId, Option<Role>)> {
    Ok((row.int()?, AccountId(row.int()?), Role::from_name(&row.text()?)))
}

fn with_roles(conn: &mut Conn, found: Option<ConsoleUser>) -> Result<Option<ConsoleUser>> {
    let Some(mut user) = found else { return Ok(None) };
    let roles = conn.rows(&ROLES_OF, &[user.id.into()], role)?;
    user.roles = roles.into_iter().filter_map(|(_, account, role)| Some((account, role?))).collect();
    Ok(Some(user))
}

pub(crate) fn by_email(conn: &mut Conn, keys: &Keys, email_key: &str) -> Result<Option<ConsoleUser>> {
    let found = conn.row(&USER_BY_EMAIL, &[email_key.into()], |row| user(row, keys))?;
    with_roles(conn, found)
}

pub(crate) fn by_id(conn: &mut Conn, keys: &Keys, id: i64) -> Result<Option<ConsoleUser>> {
    let found = conn.row(&USER_BY_ID, &[id.into()], |row| user(row, keys))?;
    with_roles(conn, found)
}

pub(crate) fn all(conn: &mut Conn, keys: &Keys) -> Result<Vec<ConsoleUser>> {
    let mut users = conn.rows(&USERS, &[], |row| user(row, keys))?;
    for (id, account, role) in conn.rows(&ROLES, &[], role)? {
        if let (Some(user), Some(role)) = (users.iter_mut().find(|u| u.id == id), role) {
            user.roles.push((account, role));
        }
    }
    Ok(users)
}

/// Makes a user, or gives one who is there another role; their number.
pub(crate) fn put(
    conn: &mut Conn,
    email: &EmailAddress,
    account: AccountId,
    role: Role,
    now: Timestamp,
) -> Result<i64> {
    let mut ids = Ids::rows();
    ids.reserve(conn, 1)?;
    conn.transaction(|conn| {
        let known = conn.row(&USER_BY_EMAIL, &[email.key().into()], |row| row.int())?;
        let id = if let Some(id) = known {
            id
        } else {
            let id = ids.take();
            conn.run(&NEW_USER, &[id.into(), email.key().into(), email.given().into(), now.into()])?;
            id
        };
        conn.run(&SET_ROLE, &[id.into(), account.0.into(), role.name().into()])?;
        Ok(id)
    })
}

/// Takes a user's role in an account away, and with it their sessions.
pub(crate) fn end_role(conn: &mut Conn, id: i64, account: AccountId) -> Result<bool> {
    let ended = conn.run(&END_ROLE, &[id.into(), account.0.into()])? == 1;
    conn.run(&END_SESSIONS_OF, &[id.into()])?;
    Ok(ended)
}

/// Keeps a user from signing in, or lets them again.
pub(crate) fn disable(conn: &mut Conn, id: i64, since: Option<Timestamp>) -> Result<()> {
    conn.transaction(|conn| {
        conn.run(&SET_DISABLED, &[id.into(), since.into()])?;
        conn.run(&END_LINKS, &[id.into()])?;
        conn.run(&END_SESSIONS_OF, &[id.into()]).map(|_| ())
    })
}

pub(crate) fn new_link(
    conn: &mut Conn,
    id: i64,
    token_hash: &[u8; 32],
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    conn.transaction(|conn| {
        conn.run(&END_DEAD_LINKS, &[now.into()])?;
        conn.run(&END_LINKS, &[id.into()])?;
        conn.run(&NEW_LINK, &[token_hash.into(), id.into(), expires_at.into()]).map(|_| ())
    })
}

pub(crate) fn of_link(
    conn: &mut Conn,
    keys: &Keys,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<ConsoleUser>> {
    let found = conn.row(&LINK, &[token_hash.into()], |row| Ok((row.int()?, row.time()?)))?;
    match found {
        Some((id, expires_at)) if expires_at > now => by_id(conn, keys, id),
        _ => Ok(None),
    }
}

/// Sets a password through a one-time link, which is used up; every session ends. Whose it was.
pub(crate) fn set_password_by_link(
    conn: &mut Conn,
    token_hash: &[u8; 32],
    hash: &str,
    now: Timestamp,
) -> Result<Option<i64>> {
    conn.transaction(|conn| {
        let found = conn.row(&LINK, &[token_hash.into()], |row| Ok((row.int()?, row.time()?)))?;
        let Some((id, _)) = found.filter(|(_, expires_at)| *expires_at > now) else { return Ok(None) };
        conn.run(&END_LINKS, &[id.into()])?;
        set_password(conn, id, hash)?;
        Ok(Some(id))
    })
}

/// Sets a password; every session ends.
pub(crate) fn set_password(conn: &mut Conn, id: i64, hash: &str) -> Result<()> {
    conn.run(&SET_PASSWORD, &[id.into(), hash.into()])?;
    conn.run(&END_SESSIONS_OF, &[id.into()]).map(|_| ())
}

pub(crate) fn set_language(conn: &mut Conn, id: i64, language: Option<&str>) -> Result<()> {
    conn.run(&SET_LANGUAGE, &[id.into(), language.into()]).map(|_| ())
}

/// Sets or takes away the second factor.
pub(crate) fn set_totp(
    conn: &mut Conn,
    keys: &Keys,
    ambient: &Ambient,
    id: i64,
    secret: Option<&Secret>,
    recovery: &[String],
) -> Result<()> {
    let sealed = secret.map(|s| keys.seal(NO_ACCOUNT, s, ambient)).transpose()?;
    let codes = json(&recovery)?;
    conn.run(&SET_TOTP, &[id.into(), Value::Bytes(sealed.as_deref()), (&codes).into()]).map(|_| ())
}

/// Uses up a time step; `false` when it, or a later one, was used before.
pub(crate) fn spend_step(conn: &mut Conn, id: i64, step: i64) -> Result<bool> {
    Ok(conn.run(&SPEND_STEP, &[id.into(), step.into()])? == 1)
}

/// Uses up a recovery code; `false` when there is none like it.
pub(crate) fn spend_recovery(conn: &mut Conn, keys: &Keys, id: i64, hash: &str) -> Result<bool> {
    let Some(user) = by_id(conn, keys, id)? else { return Ok(false) };
    let left: Vec<&String> = user.recovery.iter().filter(|h| *h != hash).collect();
    if left.len() == user.recovery.len() {
        return Ok(false);
    }
    let before = json(&user.recovery)?;
    let after = json(&left)?;
    Ok(conn.run(&SPEND_RECOVERY, &[id.into(), (&before).into(), (&after).into()])? == 1)
}

pub(crate) fn new_session(conn: &mut Conn, session: &ConsoleSession, oldest: Timestamp) -> Result<()> {
    conn.transaction(|conn| {
        conn.run(&END_OLD_SESSIONS, &[oldest.into()])?;
        conn.run(&SIGNED_IN, &[session.user.into(), session.made_at.into()])?;
        let ConsoleSession { token_hash, user, made_at, ip, user_agent, .. } = session;
        conn.run(&NEW_SESSION, &[token_hash.into(), (*user).into(), (*made_at).into(), ip.into(), user_agent.into()])
            .map(|_| ())
    })
}

fn session_row(row: &mut Row<'_>) -> Result<ConsoleSession> {
    let hash = row.bytes()?;
    Ok(ConsoleSession {
        token_hash: hash.try_into().map_err(|_| StoreError::Fault("a session's hash has another length".into()))?,
        user: row.int()?,
        made_at: row.time()?,
        used_at: row.time()?,
        ip: row.text()?,
        user_agent: row.text()?,
    })
}

/// A session with its user.
pub(crate) fn session(
    conn: &mut Conn,
    keys: &Keys,
    token_hash: &[u8; 32],
) -> Result<Option<(ConsoleSession, ConsoleUser)>> {
    let Some(session) = conn.row(&SESSION, &[token_hash.into()], session_row)? else { return Ok(None) };
    let user = by_id(conn, keys, session.user)?;
    Ok(user.map(|user| (session, user)))
}

pub(crate) fn sessions_of(conn: &mut Conn, id: i64) -> Result<Vec<ConsoleSession>> {
    conn.rows(&SESSIONS_OF, &[id.into()], session_row)
}

pub(crate) fn touch_session(conn: &mut Conn, token_hash: &[u8; 32], now: Timestamp) -> Result<()> {
    conn.run(&TOUCH_SESSION, &[token_hash.into(), now.into()]).map(|_| ())
}

/// Ends one session of a user; whether it was there.
pub(crate) fn end_session(conn: &mut Conn, id: i64, token_hash: &[u8; 32]) -> Result<bool> {
    Ok(conn.run(&END_SESSION, &[token_hash.into(), id.into()])? == 1)
}
