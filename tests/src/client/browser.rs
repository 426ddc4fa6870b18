//! A browser without JavaScript: it keeps cookies, follows links and sends forms.

use std::collections::BTreeMap;

use crate::client::account::{Account, PASSWORD};
use crate::client::answer::Answer;
use crate::client::service::Service;

/// A browser on the running service.
#[derive(Clone, Debug)]
pub struct Browser {
    service: Service,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// A browser without cookies.
    #[must_use]
    pub fn new(service: &Service) -> Self {
        Self { service: service.clone(), cookies: BTreeMap::new() }
    }

    /// A browser in which this account has signed in to the administration by its form.
    pub async fn signed_in(service: &Service, account: &Account) -> Self {
        let mut browser = Self::new(service);
        browser.get("/admin/login/").await.with_status(200);
        let answer = browser.post("/admin/login/", &[("username", &account.username), ("password", PASSWORD)]).await;
        answer.with_status(303);
        browser
    }

    /// The value of a cookie.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Answer {
        let answer = self.service.get(path).header("cookie", &self.header()).send().await;
        self.keep(answer)
    }

    /// Sends a form as a page of the service does: with the CSRF token in a field, and the page's origin.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.cookie("csrftoken").unwrap_or_default().to_owned();
        let mut fields = fields.to_vec();
        fields.push(("csrfmiddlewaretoken", &csrf));
        let origin = self.service.url.clone();
        let call = self.service.post(path).header("cookie", &self.header()).header("origin", &origin);
        let answer = call.form(&fields).send().await;
        self.keep(answer)
    }

    /// Sends a form and opens the page to which it leads.
    pub async fn post_through(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post(path, fields).await.with_status(303);
        let location = answer.header("location").expect("a location").to_owned();
        self.get(&location).await.with_status(200)
    }

    fn header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&mut self, answer: Answer) -> Answer {
        for name in ["sessionid", "csrftoken"] {
            if let Some(cookie) = answer.cookie(name) {
                self.cookies.insert(name.to_owned(), cookie.value);
            }
        }
        answer
    }
}
