//! Sends mail with SES.

use aviary_model::Email;
use aviary_runtime::Settings;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};

use crate::mail_body::MailBody;

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
    pub(crate) async fn send(&self, to: &Email, mail: &MailBody) -> Result<(), MailError> {
        let content = content(mail).map_err(|_| MailError::Malformed)?;
        let call = self
            .client
            .send_email()
            .set_from_email_address(self.from.clone())
            .set_configuration_set_name(self.configuration_set.clone())
            .destination(Destination::builder().to_addresses(to.mailbox()).build())
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
