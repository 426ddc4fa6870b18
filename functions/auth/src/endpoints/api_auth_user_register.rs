//! `POST /api/auth/user/register/` (document 000): a new account whose profile has its first fields.

use aviary_auth::{PasswordText, SignupForm};
use aviary_model::{Alias, Bio, BirthDate, Link, Timestamp, UserId, Username};
use aviary_store::{Picture, Profile};
use aviary_web::{ApiError, Client, Fields, IdempotencyKey, Payload};
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

/// A signup in document 000's form.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserRegisterBody {
    /// The username.
    #[schema(example = "ada")]
    pub username: String,
    /// The email address.
    #[schema(required = false, example = "ada@example.com")]
    pub email: String,
    /// The password.
    #[schema(example = "Zx9!quokka-7")]
    pub password: String,
    /// The password again; compared only if it is sent.
    #[schema(required = false)]
    pub password2: String,
    /// The first fields of the profile.
    pub profile: RegisterProfile,
}

/// The first fields of the profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegisterProfile {
    /// The date of birth: `YYYY-MM-DD`, not in the future.
    #[schema(example = "1815-12-10")]
    pub date_of_birth: String,
    /// The display name.
    #[schema(required = false)]
    pub alias: String,
    /// The biography.
    #[schema(required = false)]
    pub bio: String,
    /// The URL of a profile picture on another host.
    #[schema(required = false)]
    pub image_url: String,
    /// The URL of a background picture on another host.
    #[schema(required = false)]
    pub background_image_url: String,
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

struct FirstFields {
    date_of_birth: BirthDate,
    alias: Alias,
    bio: Bio,
    image: Option<Link>,
    background: Option<Link>,
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
    let username = fields.required("username", Username::at_signup);
    let email = fields.email("email").flatten();
    let password = fields.required("password", PasswordText::parse);
    let password2 = fields.optional("password2", PasswordText::parse);
    compare_with_password2(&mut fields, password.as_ref(), password2.as_ref());
    let now = state.clock.now();
    let first = fields.nested("profile", |fields| read_profile(fields, now));
    let ((username, password), first) = fields.finish(username.zip(password).zip(first))?;
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

fn read_profile(fields: &mut Fields<'_>, now: Timestamp) -> Option<FirstFields> {
    let date_of_birth = fields.birth_date("date_of_birth", now);
    let alias = fields.blankable("alias", Alias::parse).unwrap_or_default();
    let bio = fields.blankable("bio", Bio::parse).unwrap_or_default();
    let image = fields.blankable("image_url", Link::parse_blankable).flatten();
    let background = fields.blankable("background_image_url", Link::parse_blankable).flatten();
    Some(FirstFields { date_of_birth: date_of_birth?, alias, bio, image, background })
}

impl FirstFields {
    fn shape(self, profile: &mut Profile) {
        profile.date_of_birth = Some(self.date_of_birth);
        profile.alias = self.alias;
        profile.bio = self.bio;
        profile.picture = self.image.map(Picture::Link);
        profile.background = self.background;
    }
}
