//! The program from outside: the real node in this process, raw HTTP, a real SMTP server, both engines. One binary, a
//! file for each subject.

mod app;
mod bad_input;
mod browser;
mod console;
mod console_edit;
mod console_people;
mod cross_account;
mod customer_links;
mod guard;
mod guard_times;
mod mail_reports;
mod pages;
mod sentori_acts;
mod sentori_import;
mod sentori_reading;
mod sentori_responses;
mod sentori_state;
mod sentori_validation;
mod sns;
mod spektrix_evidence;
