//! A client of the service: accounts with their credentials, requests and answers.

mod account;
mod answer;
mod browser;
mod call;
mod cipher;
mod form;
mod service;

pub use account::{Account, Cookies, PASSWORD};
pub use answer::{Answer, SetCookie};
pub use browser::Browser;
pub use call::Call;
pub use cipher::Cipher;
pub use form::Form;
pub use service::Service;
