//! Signups: password policy, idempotency, and the transaction that makes an account.
//!
//! Errors come in three stages: the endpoint reports malformed fields, then this flow reports the policy's errors, then
//! names that are taken.

use aviary_accounts::{audit, audit_refused, security_event, taken};
use aviary_auth::{PasswordText, SignupForm};
use aviary_model::{Email, NameKey, UserId, Username};
use aviary_store::{IdempotencyClaim, Profile, Registration, RegistrationError, User};
use aviary_web::{ApiError, Client, FieldErrors, Form, IdempotencyKey, IdempotentRequest};

use http::StatusCode;

use crate::flows::login::{OpenedSessions, SessionsToOpen, prepare};
use crate::state::AuthState;

/// The names of password fields in the five forms; the digest of an idempotent request leaves them out.
const PASSWORD_FIELDS: &[&str] = &["password", "password1", "password2", "re_password"];

/// The fields of a signup, each valid by itself.
#[derive(Debug)]
pub(crate) struct Applicant {
    pub(crate) username: Username,
    pub(crate) email: Option<Email>,
    pub(crate) password: PasswordText,
    /// The form, which decides how strict the policy is.
    pub(crate) form: SignupForm,
    /// The field that the policy's errors are reported under.
    pub(crate) password_field: &'static str,
}

/// A signup request.
#[derive(Debug)]
pub(crate) struct Signup<'a> {
    pub(crate) state: &'a AuthState,
    pub(crate) client: &'a Client,
    /// The endpoint's name: an idempotency key belongs to one endpoint.
    pub(crate) operation: &'static str,
    pub(crate) key: IdempotencyKey,
    pub(crate) form: &'a Form,
    pub(crate) to_open: SessionsToOpen,
}

/// The result of a signup, made now or by an earlier request with the same idempotency key.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) user: User,
    pub(crate) profile: Profile,
    pub(crate) sessions: OpenedSessions,
}

impl Signup<'_> {
    /// Checks the password policy, then makes the account. A repetition with the same idempotency key and body returns
    /// the same user with new credentials. Two round trips, three with an idempotency key, and the hash of the
    /// password.
    ///
    /// # Errors
    /// 400 for a password that breaks the policy or a name that is taken, 409 if the account of a repeated request has
    /// changed, 429 after too many signups from the address.
    pub(crate) async fn register(
        &self,
        applicant: Applicant,
        shape: impl FnOnce(&mut Profile),
    ) -> Result<Registered, ApiError> {
        self.check_policy(&applicant)?;
        let Applicant { username, email, password, .. } = applicant;
        // Anonymous clients share one namespace of keys, so the body is part of the key. The password is not: `repeat`
        // verifies it instead.
        let body = || self.form.digest(PASSWORD_FIELDS);
        let credentials = &self.state.tables.credentials;
        let claim = self.key.claim(credentials, self.operation, None, body, self.state.clock.now());
        let claim = match claim.await? {
            IdempotentRequest::New(claim) => claim,
            IdempotentRequest::Repeat(user) => {
                return self.repeat(&user, &username.key(), password, email.is_some()).await;
            }
        };
        let done = self.write(username, email, password, shape, claim.clone()).await;
        if let (Err(_), Some(claim)) = (&done, &claim) {
            self.state.tables.credentials.release_idempotency_key(claim).await?;
        }
        done
    }

    /// Reports every rule of the policy that the password breaks.
    pub(crate) fn check_policy(&self, applicant: &Applicant) -> Result<(), ApiError> {
        let Applicant { username, email, password, form, password_field } = applicant;
        let mut errors = FieldErrors::default();
        for broken in self.state.policy.at_signup(*form, password, username, email.as_ref()) {
            errors.push(password_field, broken);
        }
        errors.check()
    }

    async fn write(
        &self,
        username: Username,
        email: Option<Email>,
        password: PasswordText,
        shape: impl FnOnce(&mut Profile),
        claim: Option<IdempotencyClaim>,
    ) -> Result<Registered, ApiError> {
        let state = self.state;
        let counted = state.limiter.count_signup(self.client);
        let (counted, fresh) = futures_util::join!(counted, state.issuer.freshen());
        counted?;
        fresh?;
        let password = state.passwords.hash(password).await?;
        let now = state.clock.now();
        let id = UserId::new(now, state.entropy.as_ref())?;
        let mut profile = Profile::new(id, username.clone(), now);
        shape(&mut profile);
        let user = User::new(id, username, email, password, now);
        let (sign_in, sessions) = prepare(state, self.client, id, 0, &[], self.to_open)?;
        let signup = security_event(&state.account, self.client, "signup")?;
        let sign_in = sign_in.with_activity(&state.tables.activities, &signup)?;
        let tables = &state.tables;
        let mut registration =
            Registration::new(&tables.accounts, &tables.credentials, &tables.profiles, user.clone(), profile.clone())
                .with_sign_in(sign_in);
        if let Some(claim) = claim {
            registration = registration.with_claim(claim);
        }
        let (written, known, ()) = futures_util::join!(
            registration.commit(),
            state.limiter.know_address(id, self.client),
            audit(&state.account, self.client, "signup", Some(id)),
        );
        known?;
        match written {
            Ok(()) => Ok(Registered { user, profile, sessions }),
            Err(RegistrationError::Taken { username, email }) => {
                audit_refused(&state.account, self.client, id).await;
                Err(taken(username.then_some("username"), email.then_some("email")))
            }
            Err(RegistrationError::Store(error)) => Err(error.into()),
        }
    }

    /// Answers a repeated signup with the user of the first. Credentials are made anew, because only their hashes are
    /// stored. As in a login the password must be the account's current one.
    async fn repeat(
        &self,
        user: &str,
        name: &NameKey,
        password: PasswordText,
        with_email: bool,
    ) -> Result<Registered, ApiError> {
        let state = self.state;
        let id: UserId = user.parse().map_err(|_| ApiError::internal("the result of a signup names no user"))?;
        let (user, profile, principal, devices, attempt) = futures_util::join!(
            state.tables.accounts.by_id(id),
            state.tables.profiles.by_id(id),
            state.tables.credentials.principal(id),
            state.tables.credentials.device_tokens(id),
            state.limiter.begin_login(name, Some(id), &self.client.address),
        );
        let (attempt, user, profile, principal, devices) = (attempt?, user?, profile?, principal?, devices?);
        let hash = user.as_ref().map(|user| user.password.clone());
        let right = state.passwords.verify(password, hash.filter(|_| attempt.may_try())).await?;
        let (Some(user), Some(profile), Some(principal)) = (user, profile, principal) else {
            return Err(changed_since());
        };
        if !principal.active {
            return Err(changed_since());
        }
        if !right {
            state.limiter.login_failed(&attempt).await?;
            // Another password makes it another signup, for which the name is taken.
            return Err(taken(Some("username"), with_email.then_some("email")));
        }
        let (sign_in, sessions) = prepare(state, self.client, id, principal.epoch, &devices, self.to_open)?;
        let login = security_event(&state.account, self.client, "login")?;
        let sign_in = sign_in.counted(self.state.limiter.sessions_count(id));
        let sign_in = sign_in.with_activity(&state.tables.activities, &login)?;
        let sign_in = sign_in.by_password(&state.tables.accounts, user.clone(), None);
        let (written, succeeded, ()) = futures_util::join!(
            sign_in.commit(),
            state.limiter.login_succeeded(&attempt),
            audit(&state.account, self.client, "login", Some(id)),
        );
        written?;
        succeeded?;
        Ok(Registered { user, profile, sessions })
    }
}

/// 409: the account that the first request made was deleted or deactivated.
fn changed_since() -> ApiError {
    ApiError::detail(StatusCode::CONFLICT, "The account that this Idempotency-Key made has changed since.")
}
