//! Reserved usernames: words that are path segments of the API, or that clients would take for the service itself.

/// Sorted, in the form of a [`crate::NameKey`].
const RESERVED: &[&str] = &[
    "activation",
    "activity",
    "admin",
    "api",
    "auth",
    "blocked",
    "by",
    "comments",
    "create",
    "default.png",
    "del-logout",
    "delete",
    "docs",
    "edit",
    "integers",
    "jwt",
    "likes",
    "login",
    "logout",
    "me",
    "media",
    "muted",
    "notifications",
    "obtain",
    "obtain_token",
    "openapi.json",
    "profile",
    "profiles",
    "refresh",
    "refresh_token",
    "register",
    "reset_password",
    "reset_password_confirm",
    "saved",
    "search",
    "sessions",
    "set_password",
    "set_username",
    "signup",
    "status",
    "tags",
    "token",
    "tweet",
    "tweets",
    "undo_email",
    "update",
    "user",
    "users",
    "verify",
    "view_profile",
];

/// Is the name with this key reserved?
pub(crate) fn is_reserved(key: &str) -> bool {
    RESERVED.binary_search(&key).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_for_the_binary_search() {
        assert!(RESERVED.is_sorted());
        assert!(RESERVED.iter().all(|word| is_reserved(word)));
        assert!(!is_reserved("ada"));
    }
}
