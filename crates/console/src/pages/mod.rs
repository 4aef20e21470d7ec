//! The pages, one file each: view data in, a template of `templates/console` out.

pub(crate) mod callers;
pub(crate) mod contact;
pub(crate) mod contact_change;
pub(crate) mod contact_export;
mod contact_history;
pub(crate) mod contacts;
pub(crate) mod deliveries;
pub(crate) mod delivery;
pub(crate) mod erase;
pub(crate) mod fail;
pub(crate) mod file;
pub(crate) mod form;
pub(crate) mod forms;
pub(crate) mod front;
pub(crate) mod live;
pub(crate) mod me;
pub(crate) mod overview;
pub(crate) mod password;
pub(crate) mod second_factor;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod sign_ups;
pub(crate) mod trail;
pub(crate) mod users;
