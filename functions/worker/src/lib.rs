//! Does what is written in the table of jobs: mail, timelines, and removing what is over.
//!
//! Its stream brings each job when it is written, a schedule those that were put off or left. A job is put
//! off *before* it is begun, so a process that dies has only delayed it, and nobody else begins it meanwhile.
//! Every job can run twice.

mod attempt;
mod email_changed;
mod fan_out;
mod integers;
mod mail_body;
mod mail_link;
mod mailer;
mod outcome;
mod purge;
mod removal;
mod reset_mail;
mod stream;
mod sweep;
mod task;
mod worker;

pub use worker::Worker;
