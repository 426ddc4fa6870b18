//! Runs the jobs of the jobs table: mail, timelines, and the removal of what was deleted.
//!
//! The table's stream delivers each job when it is written; a schedule finds those that were put off or left behind. A
//! job is put off *before* it begins: a process that dies has only delayed it, and no other process begins it
//! meanwhile. Every job can run twice.
//!
//! The same schedule makes the ranked lists. A queue tells of mails that came back.

mod attempt;
mod email_changed;
mod export;
mod fan_out;
mod integers;
mod mail_body;
mod mail_events;
mod mail_link;
mod mailer;
mod media;
mod notices;
mod outcome;
mod purge;
mod ranking;
mod removal;
mod reset_mail;
mod stream;
mod sweep;
mod task;
mod worker;

pub use worker::Worker;
