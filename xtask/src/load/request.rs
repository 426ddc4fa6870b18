//! Requests as an HTTP API hands them to a function, and the kinds that are measured.

use serde_json::{Value, json};

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Home,
    Tweet,
    Likes,
    ByAuthor,
    Profile,
    Notifications,
    Unread,
    Like,
    LikeOfViral,
    Post,
    Follow,
}

impl Kind {
    /// What people do, and how often of a hundred times.
    pub(super) const SHARES: [(Self, u32); 11] = [
        (Self::Home, 30),
        (Self::Tweet, 14),
        (Self::Likes, 4),
        (Self::ByAuthor, 5),
        (Self::Profile, 5),
        (Self::Notifications, 6),
        (Self::Unread, 6),
        (Self::Like, 12),
        (Self::LikeOfViral, 8),
        (Self::Post, 5),
        (Self::Follow, 5),
    ];

    /// The kind at this place of a hundred.
    pub(super) fn at(mut place: u32) -> Self {
        for (kind, share) in Self::SHARES {
            if place < share {
                return kind;
            }
            place -= share;
        }
        Self::Home
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Home => "home timeline",
            Self::Tweet => "tweet by id",
            Self::Likes => "who likes a tweet",
            Self::ByAuthor => "tweets of an author",
            Self::Profile => "profile by name",
            Self::Notifications => "notifications",
            Self::Unread => "unread notifications",
            Self::Like => "like",
            Self::LikeOfViral => "like of the viral tweet",
            Self::Post => "post",
            Self::Follow => "follow",
        }
    }

    pub(super) fn function(self) -> &'static str {
        match self {
            Self::Profile | Self::Follow => "profiles",
            Self::Notifications | Self::Unread => "notifications",
            _ => "tweets",
        }
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Request(Value);

impl Request {
    pub(super) fn new(method: &str, path: &str, query: &str) -> Self {
        Self(json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": query,
            "headers": {"host": "api.example.com", "x-forwarded-proto": "https", "user-agent": "load"},
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api",
                "domainName": "api.example.com",
                "http": {
                    "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.10", "userAgent": "load",
                },
                "requestId": "load",
                "routeKey": "$default",
                "stage": "$default",
                "time": "30/Nov/2026:12:00:00 +0000",
                "timeEpoch": 1_796_040_000_000_u64,
            },
            "isBase64Encoded": false,
        }))
    }

    pub(super) fn get(path: &str) -> Self {
        Self::new("GET", path, "")
    }

    pub(super) fn post(path: &str, body: &Value) -> Self {
        let mut request = Self::new("POST", path, "").header("content-type", "application/json");
        if let Some(members) = request.0.as_object_mut() {
            members.insert("body".to_owned(), body.to_string().into());
        }
        request
    }

    pub(super) fn by(self, access: &str) -> Self {
        self.header("authorization", &format!("Bearer {access}"))
    }

    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        if let Some(headers) = self.0.get_mut("headers").and_then(Value::as_object_mut) {
            headers.insert(name.to_owned(), value.into());
        }
        self
    }

    pub(super) fn event(&self) -> &Value {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_are_of_a_hundred() {
        assert_eq!(Kind::SHARES.iter().map(|(_, share)| share).sum::<u32>(), 100);
        assert_eq!(
            (Kind::at(0), Kind::at(29), Kind::at(30), Kind::at(99)),
            (Kind::Home, Kind::Home, Kind::Tweet, Kind::Follow)
        );
    }
}
