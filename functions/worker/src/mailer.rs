//! Mail, by SES.

use aviary_model::Email;
use aviary_runtime::Settings;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use crate::mail_body::MailBody;

/// Sends mails, if there is a sender.
#[derive(Clone, Debug)]
pub(crate) struct Mailer {
    client: Client,
    from: Option<String>,
}

/// SES did not take a mail. Its own words are left out, since they can hold the address.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    /// SES answered with this code.
    #[error("SES refused a mail: {0}")]
    Refused(String),
    /// No answer.
    #[error("SES does not answer")]
    Unreachable,
    /// The mail could not be put together.
    #[error("a mail can't be put together")]
    Malformed,
}

impl Mailer {
    pub(crate) fn of(settings: &Settings, aws: &aws_types::SdkConfig) -> Self {
        Self { client: Client::new(aws), from: settings.optional("AVIARY_MAIL_FROM").map(ToOwned::to_owned) }
    }

    /// Is there somebody to send as? Where nobody is, the log says that nothing was mailed.
    pub(crate) fn has_sender(&self) -> bool {
        if self.from.is_none() {
            tracing::warn!("no sender is configured: a mail was not sent");
        }
        self.from.is_some()
    }

    /// Sends a mail. One that SES will never take for its address counts as sent: no attempt would help.
    pub(crate) async fn send(&self, to: &Email, letter: &MailBody) -> Result<(), MailError> {
        let content = content(letter).map_err(|_| MailError::Malformed)?;
        let call = self
            .client
            .send_email()
            .set_from_email_address(self.from.clone())
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(content);
        match call.send().await {
            Ok(_) => Ok(()),
            Err(error) if is_impossible(&error) => {
                tracing::warn!("SES takes no mail for the address of an account");
                Ok(())
            }
            Err(SdkError::ServiceError(context)) => {
                Err(MailError::Refused(context.err().code().unwrap_or("no code").to_owned()))
            }
            Err(_) => Err(MailError::Unreachable),
        }
    }
}

/// SES is strict about addresses, which ours are for any mail server (umlauts before the `@`, for one).
fn is_impossible(error: &SdkError<SendEmailError>) -> bool {
    matches!(error.as_service_error(), Some(SendEmailError::BadRequestException(_)))
}

fn content(letter: &MailBody) -> Result<EmailContent, BuildError> {
    let utf_8 = |data: &str| Content::builder().data(data).charset("UTF-8").build();
    let body = Body::builder().text(utf_8(&letter.text)?).html(utf_8(&letter.html)?).build();
    let message = Message::builder().subject(utf_8(letter.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}
