//! `POST /api/auth/user/register/` (document 000): a new account whose profile has its first fields.

use aviary_auth::{PasswordText, SignupForm};
use aviary_model::{Alias, Bio, BirthDate, Email, Link, Timestamp, UserId, Username};
use aviary_store::{Picture, Profile};
use aviary_web::{ApiError, Client, Fields, IdempotencyKey, Payload, body};
use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bodies::{TokenPair, email_of};
use crate::flows::form_fields::compare_with_password2;
use crate::flows::login::{NewPair, SessionsToOpen, opened};
use crate::flows::signup::{Applicant, Signup};
use crate::state::AuthState;

body! {
    /// A signup in document 000's form.
    pub struct UserRegisterBody(now: Timestamp) {
        /// The username.
        #[schema(example = "ada")]
        username: Username = required(Username::at_signup),
        /// The email address.
        #[schema(example = "ada@example.com")]
        email: Option<Email> = email(),
        /// The password.
        #[schema(example = "Zx9!quokka-7")]
        password: PasswordText = required(PasswordText::parse),
        /// The password again; compared only if it is sent.
        password2: PasswordText = optional(PasswordText::parse),
        /// The first fields of the profile.
        profile: RegisterProfile = nested(RegisterProfile, now),
    }
}

body! {
    /// The first fields of the profile.
    pub struct RegisterProfile(now: Timestamp) {
        /// The date of birth: `YYYY-MM-DD`, not in the future.
        #[schema(example = "1815-12-10")]
        date_of_birth: BirthDate = birth_date(now),
        /// The display name.
        alias: Alias = blankable(Alias::parse),
        /// The biography.
        bio: Bio = blankable(Bio::parse),
        /// The URL of a profile picture on another host.
        image_url: Option<Link> = blankable(Link::parse_blankable),
        /// The URL of a background picture on another host.
        background_image_url: Option<Link> = blankable(Link::parse_blankable),
    }
}

/// The new user, in document 000's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserRegisterResponse {
    /// The user's id.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The username.
    pub username: String,
    /// The email address; empty if the account has none.
    pub email: String,
    /// The new pair of tokens, the access token for 12 hours.
    pub tokens: TokenPair,
    /// The profile.
    pub profile: RegisteredProfile,
}

/// The new user's profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisteredProfile {
    /// The profile's id, equal to the user's.
    #[schema(value_type = String)]
    pub id: UserId,
    /// The display name.
    pub alias: String,
    /// The biography.
    pub bio: String,
    /// The date of birth: `YYYY-MM-DD`.
    pub date_of_birth: String,
    /// The URL of the profile picture; empty if there is none.
    pub image_url: String,
    /// The URL of the background picture; empty if there is none.
    pub background_image_url: String,
}

/// Makes an account with a profile, and opens a session.
#[utoipa::path(post, path = "/api/auth/user/register", tag = "accounts", request_body = UserRegisterBody, responses(
    (status = 201, description = "The new user", body = UserRegisterResponse),
    (status = 400, description = "Errors by field; those of the profile below `profile`"),
    (status = 429, description = "Too many signups from this address"),
))]
pub async fn user_register(
    State(state): State<AuthState>,
    client: Client,
    key: IdempotencyKey,
    Payload(form): Payload,
) -> Result<(StatusCode, Json<UserRegisterResponse>), ApiError> {
    let mut fields = Fields::of(&form);
    let body = UserRegisterBody::read(&mut fields, state.clock.now());
    compare_with_password2(&mut fields, body.password.as_ref(), body.password2.as_ref());
    let ((username, password), first) = fields.finish(body.username.zip(body.password).zip(body.profile))?;
    let email = body.email.flatten();
    let applicant = Applicant { username, email, password, form: SignupForm::Full, password_field: "password" };
    let signup = Signup {
        state: &state,
        client: &client,
        operation: "user/register",
        key,
        form: &form,
        to_open: SessionsToOpen { pair: Some(NewPair::Long), ..SessionsToOpen::default() },
    };
    let registered = signup.register(applicant, |profile| first.shape(profile)).await?;
    let profile = registered.profile;
    Ok((
        StatusCode::CREATED,
        Json(UserRegisterResponse {
            id: registered.user.id,
            username: registered.user.username.as_str().to_owned(),
            email: email_of(&registered.user),
            tokens: opened(registered.sessions.pair)?,
            profile: RegisteredProfile {
                id: profile.id,
                alias: profile.alias.as_str().to_owned(),
                bio: profile.bio.as_str().to_owned(),
                date_of_birth: profile.date_of_birth.map(|date| date.to_string()).unwrap_or_default(),
                image_url: match profile.picture {
                    Some(Picture::Link(link)) => link.as_str().to_owned(),
                    _ => String::new(),
                },
                background_image_url: profile.background.map(|link| link.as_str().to_owned()).unwrap_or_default(),
            },
        }),
    ))
}

impl RegisterProfile {
    fn shape(self, profile: &mut Profile) {
        profile.date_of_birth = self.date_of_birth;
        profile.alias = self.alias.unwrap_or_default();
        profile.bio = self.bio.unwrap_or_default();
        profile.picture = self.image_url.flatten().map(Picture::Link);
        profile.background = self.background_image_url.flatten();
    }
}
