//! Words that stand where the API also takes a username, or where a client would look for us.

/// Sorted, in the folded form of a [`crate::NameKey`].
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

/// Is the folded name one of the API's own words?
pub(crate) fn is_reserved(key: &str) -> bool {
    RESERVED.binary_search(&key).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_the_search_finds_all_of_it() {
        assert!(RESERVED.is_sorted());
        assert!(RESERVED.iter().all(|word| is_reserved(word)));
        assert!(!is_reserved("ada"));
    }
}
