//! What edits of tweets and of comments have in common: the first read, the block checks, the retries.

use std::collections::{HashMap, HashSet};

use aviary_auth::{Caller, Unconfirmed};
use aviary_model::{Mention, NameKey, TweetText, UserId};
use aviary_store::{Edited, PageData, PageKeys};
use aviary_web::{ApiError, Fields, Form, body};
use futures_util::future::try_join;
use http::StatusCode;

use crate::message::{mentions, message};
use crate::state::TweetsState;

/// How often an edit is attempted while other requests edit the same text.
const MAX_ATTEMPTS: usize = 5;

body! {
    /// The new text of a tweet or a comment.
    pub(crate) struct EditMessageBody(has_media: bool) {
        /// At most 280 characters. May be empty only for a tweet with media.
        message: TweetText = required_by(String, |fields, name| {
            // The field must be sent even so.
            let may_be_blank = has_media && fields.form().get(name).is_some();
            message(fields, name, may_be_blank)
        }),
    }
}

impl EditMessageBody {
    /// Reads the new text.
    ///
    /// # Errors
    /// 400 with the message's errors.
    pub(crate) fn text(form: &Form, has_media: bool) -> Result<TweetText, ApiError> {
        let mut fields = Fields::of(form);
        let text = Self::read(&mut fields, has_media).message;
        fields.finish(text)
    }
}

/// What an edit reads first.
pub(crate) struct EditContext {
    pub(crate) caller: Caller,
    pub(crate) page_data: PageData,
    /// The mentions in the new text.
    mentions: Vec<Mention>,
    /// The owners of their candidates.
    owners: HashMap<NameKey, UserId>,
}

impl EditContext {
    /// Reads the page keys and the owners of mentioned names while the caller is confirmed. Two round trips.
    ///
    /// # Errors
    /// 401 without a valid credential, 429 over the limit.
    pub(crate) async fn read(
        state: &TweetsState,
        unconfirmed: Unconfirmed,
        form: &Form,
        keys: &PageKeys,
    ) -> Result<Self, ApiError> {
        let (mentions, counts) = mentions(form);
        let read = try_join(state.page_reads.read(keys), state.tweets.owners_of(&mentions));
        let (caller, (page_data, owners)) = unconfirmed.with_form(form).confirm_counting(read, |_| counts).await?;
        Ok(Self { caller, page_data, mentions, owners })
    }

    /// The users whom the new text mentions and the old one did not; only they are block-checked. A user who was
    /// mentioned before may have blocked the author since, and the author can still correct a typo.
    pub(crate) fn newly_mentioned(&self, before: &TweetText) -> Vec<UserId> {
        let users = |mentions: &[Mention]| -> HashSet<UserId> {
            mentions.iter().filter_map(|mention| mention.owner(&self.owners)).collect()
        };
        users(&self.mentions).difference(&users(&before.mentions())).copied().collect()
    }
}

/// The attempts of an edit. Another request may edit the same text between the read and the write.
#[derive(Default)]
pub(crate) struct Attempts {
    made: usize,
}

impl Attempts {
    /// `None` if the edit is done, else what is stored by now, for the next attempt.
    ///
    /// # Errors
    /// 404 if the text was deleted, 409 after too many attempts.
    pub(crate) fn after<T>(&mut self, edited: Edited<T>) -> Result<Option<T>, ApiError> {
        self.made += 1;
        match edited {
            Edited::Done => Ok(None),
            Edited::Changed(stored) if self.made < MAX_ATTEMPTS => Ok(Some(*stored)),
            Edited::Changed(_) => {
                let text = "It is being edited by other requests. Try again.";
                Err(ApiError::detail(StatusCode::CONFLICT, text))
            }
            Edited::Gone => Err(ApiError::not_found()),
        }
    }
}
