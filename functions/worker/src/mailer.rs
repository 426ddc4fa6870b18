//! Sends mail with SES.

use aviary_auth::digest;
use aviary_model::{Email, UserId};
use aviary_runtime::Settings;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};

use crate::mail_body::MailBody;
use crate::outcome::TaskError;
use crate::worker::Worker;

/// Sends mails, if the deployment has a sender address.
#[derive(Clone, Debug)]
pub(crate) struct Mailer {
    client: Client,
    from: Option<String>,
    configuration_set: Option<String>,
}

/// Why a mail was not sent. SES's message is left out, because it can contain the address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    /// SES refused the mail with this code.
    #[error("SES refused a mail: {0}")]
    Refused(String),
    /// SES did not answer.
    #[error("SES does not answer")]
    Unreachable,
    /// The SDK refused to build the mail.
    #[error("a mail can't be built")]
    Malformed,
}

impl Mailer {
    pub(crate) fn of(settings: &Settings, aws: &aws_types::SdkConfig) -> Self {
        let setting = |name| settings.optional(name).map(ToOwned::to_owned);
        Self {
            client: Client::new(aws),
            from: setting("AVIARY_MAIL_FROM"),
            configuration_set: setting("AVIARY_MAIL_CONFIGURATION_SET"),
        }
    }

    /// Whether a sender address is configured. Without one, the log says that nothing was mailed.
    pub(crate) fn has_sender(&self) -> bool {
        if self.from.is_none() {
            tracing::warn!("no sender is configured: a mail was not sent");
        }
        self.from.is_some()
    }

    /// Sends a mail. If SES refuses the address itself, the mail counts as sent, because no later attempt would help.
    async fn send(&self, to: &Recipient<'_>, mail: &MailBody) -> Result<(), MailError> {
        let content = content(mail).map_err(|_| MailError::Malformed)?;
        let tags = to.tags().map_err(|_| MailError::Malformed)?;
        let call = self
            .client
            .send_email()
            .set_from_email_address(self.from.clone())
            .set_configuration_set_name(self.configuration_set.clone())
            .set_email_tags(Some(tags))
            .destination(Destination::builder().to_addresses(to.address.mailbox()).build())
            .content(content);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_impossible(&error) => {
                tracing::warn!("SES refuses the address of an account");
                Ok(())
            }
            Err(SdkError::ServiceError(context)) => {
                Err(MailError::Refused(context.err().code().unwrap_or("no code").to_owned()))
            }
            Err(_) => Err(MailError::Unreachable),
        }
    }
}

/// An address of an account, or one that is to become its address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipient<'a> {
    pub(crate) user: UserId,
    pub(crate) address: &'a Email,
}

impl Recipient<'_> {
    /// Names the address where it can't stand itself: tags of SES have no `@`. It hides nothing.
    fn hash(&self) -> String {
        digest(self.address.key().as_str())
    }

    /// What an event of the mail has in it, so that it needs no search for the account.
    fn tags(&self) -> Result<Vec<MessageTag>, BuildError> {
        let tag = |name: &str, value: String| MessageTag::builder().name(name).value(value).build();
        Ok(vec![tag("user", self.user.to_string())?, tag("address", self.hash())?])
    }
}

impl Worker {
    /// Whether a mail may be sent: there is a sender, and no mail to the address came back. At most one round trip.
    pub(crate) async fn may_mail(&self, to: &Recipient<'_>) -> Result<bool, TaskError> {
        if !self.mailer.has_sender() {
            return Ok(false);
        }
        let came_back = self.returned_mail.is_marked(to.user, &to.hash(), self.clock.now()).await?;
        if came_back {
            tracing::info!(user.id = %to.user, "a mail was not sent, because one to the same address came back");
        }
        Ok(!came_back)
    }

    /// Sends a mail that [`Worker::may_mail`] allowed.
    pub(crate) async fn mail(&self, to: &Recipient<'_>, mail: &MailBody) -> Result<(), TaskError> {
        Ok(self.mailer.send(to, mail).await?)
    }
}

/// SES accepts fewer addresses than we do: it refuses umlauts before the `@`, for example.
fn is_impossible(error: &SdkError<SendEmailError>) -> bool {
    matches!(error.as_service_error(), Some(SendEmailError::BadRequestException(_)))
}

fn content(mail: &MailBody) -> Result<EmailContent, BuildError> {
    let utf_8 = |data: &str| Content::builder().data(data).charset("UTF-8").build();
    let body = Body::builder().text(utf_8(&mail.text)?).html(utf_8(&mail.html)?).build();
    let message = Message::builder().subject(utf_8(mail.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}
