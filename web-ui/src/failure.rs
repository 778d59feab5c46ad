//! Why a request has no page of its own, and what the person is told instead.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use appliance_core::asking::AskError;
use appliance_core::ports::PortError;
use appliance_core::question::QuestionError;
use thiserror::Error;

/// Why a request failed. The `security` middleware turns it into words, in the person's language.
#[derive(Debug, Error)]
pub enum Failure {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignInNeeded,
    /// A one-time password must be replaced first.
    #[error("a new password must be chosen first")]
    PasswordChangeNeeded,
    /// The role does not allow it.
    #[error("the role does not allow it")]
    Forbidden,
    /// No such thing, or not visible to this person; which one is not told.
    #[error("not found, or not visible")]
    NotFound,
    /// The form's token is missing or stale, or the form came from another site.
    #[error("the form's token did not match")]
    FormExpired,
    /// The request makes no sense.
    #[error("the request could not be read")]
    BadRequest,
    /// The text is no question.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The body is larger than is taken.
    #[error("the body is too large")]
    TooLarge,
    /// The thing is not, or no longer, in a state for that.
    #[error("the document is not in a state for that")]
    TooLate,
    /// Too many failed attempts to sign in.
    #[error("too many attempts")]
    TooManyAttempts {
        /// Seconds to wait.
        seconds: u64,
    },
    /// Too much is going on.
    #[error("too busy")]
    Busy,
    /// The person closed the connection.
    #[error("the reader left")]
    ReaderLeft,
    /// A part of the appliance failed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// An upload could not be written.
    #[error("the upload could not be written")]
    Upload(#[source] std::io::Error),
    /// A page could not be rendered.
    #[error("a template could not be rendered")]
    Template(#[from] askama::Error),
}

impl From<AskError> for Failure {
    fn from(error: AskError) -> Self {
        match error {
            AskError::ReaderLeft => Self::ReaderLeft,
            AskError::Port(port) => Self::Port(port),
        }
    }
}

impl Failure {
    /// A stable name for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SignInNeeded => "sign-in-needed",
            Self::PasswordChangeNeeded => "password-change-needed",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::FormExpired => "form-expired",
            Self::BadRequest => "bad-request",
            Self::Question(QuestionError::Empty) => "question-empty",
            Self::Question(QuestionError::TooLong(_)) => "question-too-long",
            Self::Question(QuestionError::NoDay) => "question-no-day",
            Self::TooLarge => "too-large",
            Self::TooLate => "too-late",
            Self::TooManyAttempts { .. } => "too-many-attempts",
            Self::Busy => "busy",
            Self::ReaderLeft => "reader-left",
            Self::Port(_) | Self::Upload(_) | Self::Template(_) => "internal",
        }
    }

    /// The keys of the heading and of the sentence that says what to do.
    pub fn words(&self) -> (&'static str, &'static str) {
        match self {
            Self::SignInNeeded => ("error-sign-in", "error-sign-in-what"),
            Self::PasswordChangeNeeded => ("error-password", "error-password-what"),
            Self::Forbidden => ("error-forbidden", "error-forbidden-what"),
            Self::NotFound => ("error-not-found", "error-not-found-what"),
            Self::FormExpired => ("error-form", "error-form-what"),
            Self::BadRequest | Self::ReaderLeft => ("error-bad-request", "error-bad-request-what"),
            Self::Question(QuestionError::Empty) => ("error-question", "ask-empty"),
            Self::Question(QuestionError::TooLong(_)) => ("error-question", "ask-too-long"),
            Self::Question(QuestionError::NoDay) => ("error-question", "ask-no-day"),
            Self::TooLarge => ("error-too-large", "error-too-large-what"),
            Self::TooLate => ("error-too-late", "error-too-late-what"),
            Self::TooManyAttempts { .. } => ("error-too-many", "error-too-many-what"),
            Self::Busy => ("error-busy", "error-busy-what"),
            Self::Port(_) | Self::Upload(_) | Self::Template(_) => ("error-internal", "error-internal-what"),
        }
    }

    /// What actix itself refused, by its status.
    pub fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Self::NotFound,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::FORBIDDEN => Self::Forbidden,
            StatusCode::TOO_MANY_REQUESTS => Self::Busy,
            s if s.is_server_error() => Self::Port(PortError::new("the server could not handle the request")),
            _ => Self::BadRequest,
        }
    }

    /// Writes the failure for operators, once, with its causes. Only failures of the appliance are worth a line.
    pub fn log(&self, request_id: &str) {
        if self.code() != "internal" {
            return;
        }
        let mut causes = Vec::new();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        let hint = if let Self::Port(port) = self { port.hint.as_deref().unwrap_or_default() } else { "" };
        tracing::error!(request.id = request_id, error = %self, causes = causes.join(": "), hint, "a request failed");
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignInNeeded => StatusCode::UNAUTHORIZED,
            Self::PasswordChangeNeeded | Self::Forbidden | Self::FormExpired => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest | Self::Question(_) | Self::ReaderLeft => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooLate => StatusCode::CONFLICT,
            Self::TooManyAttempts { .. } | Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Port(_) | Self::Upload(_) | Self::Template(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Without a body: the middleware writes it, because only there language and request id are known.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::TooManyAttempts { seconds } => response.insert_header(("Retry-After", seconds.to_string())),
            Self::Busy => response.insert_header(("Retry-After", "5")),
            _ => &mut response,
        };
        response.finish()
    }
}
