//! The operator's tasks and their effect for clients: staff, and users imported from Django.

use std::io::Write;
use std::process::Command;

use e2e::{Account, Service, environment_of, unique};
use serde_json::{Value, json};
use xtask::workspace::Workspace;

/// Runs `operate`, as `cargo xtask staff` and `cargo xtask import-django` do after finding the deployment.
fn operate(service: &Service, arguments: &[&str]) -> String {
    let workspace = Workspace::locate().expect("the workspace");
    let mut command: Command = workspace.command(workspace.binary("operate", false));
    xtask::local::forget_foreign_settings(&mut command);
    let output = command.args(arguments).envs(environment_of(service, "auth")).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test]
async fn staff_sees_other_accounts_exactly_while_it_is_staff() {
    let service = Service::running();
    let (account, other) = (service.signup().await, service.signup().await);
    let path = format!("/api/auth/{}/", other.username);
    let shown = json!({"username": other.username, "password": "argon2id$********", "email": other.email});
    let forbidden = json!({"detail": "You do not have permission to perform this action."});
    // The token stays the same, because the rights of its user are read with each request.
    let look = || service.get(&path).bearer(&account.access).send();
    look().await.is(403, &forbidden);

    let who = format!("{} ({})", account.username, account.id);
    assert_eq!(operate(&service, &["staff", "--", &account.username.to_uppercase()]), format!("{who} is staff now.\n"));
    look().await.is(200, &shown);
    assert_eq!(operate(&service, &["staff", "--", &account.email]), format!("{who} was staff already.\n"));
    look().await.is(200, &shown);
    assert_eq!(operate(&service, &["staff", "--remove", &account.username]), format!("{who} is no longer staff.\n"));
    look().await.is(403, &forbidden);
    service
        .delete(&format!("/api/auth/delete/{}/", other.username))
        .bearer(&account.access)
        .send()
        .await
        .is(403, &forbidden);

    let trail = service.audit_trail(&account.id).await;
    let events: Vec<Value> = trail.iter().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().expect("a name")).collect();
    assert_eq!(names, ["signup", "staff_granted", "staff_removed"], "nothing changed the second time");
}

/// `lètmein` as Django stores it.
const PBKDF2: &str = "pbkdf2_sha256$10000$seasalt$CWWFdHOWwPnki7HvkcqN9iA2T3KLW1cf2uZ5kvArtVY=";
const PASSWORD: &str = "lètmein";

/// One user as `manage.py dumpdata auth.user` writes it.
fn dumped(pk: u32, username: &str, email: &str, password: &str) -> Value {
    json!({"model": "auth.user", "pk": pk, "fields": {
        "password": password, "last_login": null, "is_superuser": false, "username": username, "first_name": "Ada",
        "last_name": "Lovelace", "email": email, "is_staff": false, "is_active": true,
        "date_joined": "2020-11-03T08:16:41.007Z", "groups": [], "user_permissions": [],
    }})
}

async fn login(service: &Service, name: &str, password: &str) -> e2e::Answer {
    service.post("/auth/jwt/create/").json(&json!({"username": name, "password": password})).send().await
}

/// The password hash in the table.
async fn hash(service: &Service, username: &str) -> String {
    let name_owner = service.dynamodb().get("AccountsTable", &format!("NAME#{username}"), "NAME").await;
    let id = name_owner["user_id"]["S"].as_str().expect("an id");
    let user = service.dynamodb().get("AccountsTable", &format!("U#{id}"), "USER").await;
    user["password"]["S"].as_str().expect("a hash").to_owned()
}

#[tokio::test]
async fn an_imported_user_logs_in_with_the_django_password_and_is_rehashed() {
    let service = Service::running();
    let here: Account = service.signup().await;
    let newcomer = unique("ada");
    let email = format!("{newcomer}@example.com");
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let dump = json!([
        dumped(1, &newcomer, &email, PBKDF2),
        dumped(2, &here.username.to_uppercase(), "", PBKDF2),
        dumped(3, "login", "", PBKDF2),
    ]);
    file.write_all(dump.to_string().as_bytes()).expect("a written file");
    let path = file.path().to_str().expect("a path");
    let taken = here.username.to_uppercase();
    let skipped =
        format!("{taken} (2): skipped, the name is taken\nlogin (3): skipped, its name: This username is reserved");
    let said = operate(&service, &["import-django", "--", path]);
    let summary = "3 users: 1 imported (0 of them without a password), 0 imported before, 2 skipped.";
    assert_eq!(said, format!("{newcomer} (1): imported\n{skipped}\n{summary}\n"));

    assert_eq!(hash(&service, &newcomer).await, PBKDF2);
    let refusal = json!({"detail": "No active account found with the given credentials"});
    login(&service, &newcomer, "letmein").await.unauthorized(&refusal);
    assert_eq!(hash(&service, &newcomer).await, PBKDF2, "a wrong password replaces nothing");
    let pair = login(&service, &newcomer.to_uppercase(), PASSWORD).await.with_status(200);
    let new = hash(&service, &newcomer).await;
    assert!(new.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{new}");
    login(&service, &email, PASSWORD).await.with_status(200);
    assert_eq!(hash(&service, &newcomer).await, new, "the password is rehashed once");
    login(&service, &newcomer, "letmein").await.unauthorized(&refusal);

    let account = service.get(&format!("/api/auth/{newcomer}/")).bearer(&pair.field("access")).send().await;
    account.is(200, &json!({"username": newcomer, "password": "argon2id$********", "email": email}));
    // The user whose name was in the dump is unchanged.
    login(&service, &here.username, PASSWORD).await.unauthorized(&refusal);
    login(&service, &here.username, e2e::PASSWORD).await.with_status(200);

    let again = operate(&service, &["import-django", "--", path]);
    let summary = "3 users: 0 imported (0 of them without a password), 1 imported before, 2 skipped.";
    assert_eq!(again, format!("{newcomer} (1): was imported before\n{skipped}\n{summary}\n"));
    login(&service, &newcomer, PASSWORD).await.with_status(200);
}
