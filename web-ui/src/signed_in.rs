//! Who is asking: extractors that look the session up anew with every request.

use crate::failure::Failure;
use crate::fields::Fields;
use crate::page::{Page, Section};
use crate::request::{PersonView, RequestInfo, SESSION_COOKIE};
use crate::site::Site;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use appliance_core::id::VersionId;
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::{Edition, Session};
use appliance_core::viewer::{Role, Viewer};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

/// Anyone, signed in or not.
pub struct Visitor {
    /// The cookie's token and its session, when that is valid.
    pub session: Option<(String, Session)>,
    /// The request.
    pub info: RequestInfo,
    /// The site.
    pub site: web::Data<Site>,
}

/// Someone who is signed in and may go on.
pub struct SignedIn {
    /// Who, with what they may see now.
    pub viewer: Viewer,
    /// The token for forms.
    pub form_token: String,
    /// The request.
    pub info: RequestInfo,
    /// The site.
    pub site: web::Data<Site>,
}

/// A form sent by someone signed in, with the right token.
pub struct Posted {
    /// Who sent it.
    pub by: SignedIn,
    /// What they sent.
    pub fields: Fields,
}

impl Visitor {
    async fn of(req: &HttpRequest) -> Result<Self, Failure> {
        let site = req.app_data::<web::Data<Site>>().cloned().ok_or_else(|| PortError::new("the routes were mounted without a site"))?;
        let mut info = RequestInfo::of(req);
        let token = req.cookie(SESSION_COOKIE).map(|c| c.value().to_owned()).filter(|t| !t.is_empty() && t.len() <= 128);
        let session = match token {
            Some(token) => site.desk.people.session(&token).await?.map(|session| (token, session)),
            None => None,
        };
        if let Some((_, session)) = &session {
            info.language = session.language.unwrap_or(info.language);
            info.person = Some(PersonView {
                name: session.viewer.name().to_owned(),
                role: session.viewer.role(),
                form_token: session.form_token.clone(),
            });
            info.clone().note(req);
        }
        Ok(Self { session, info, site })
    }

    /// The bones of a page.
    pub fn page(&self, section: Section, title: &str) -> Page {
        Page::new(&self.site, &self.info, section, title)
    }

    /// Refuses a form whose token is not the session's. Without a session there is nothing to protect.
    pub fn check_token(&self, sent: &str) -> Result<(), Failure> {
        match &self.session {
            Some((_, session)) => check_token(&session.form_token, sent),
            None => Ok(()),
        }
    }
}

impl SignedIn {
    async fn of(req: &HttpRequest) -> Result<Self, Failure> {
        let Visitor { session, info, site } = Visitor::of(req).await?;
        let (_, session) = session.ok_or(Failure::SignInNeeded)?;
        if session.must_change_password {
            return Err(Failure::PasswordChangeNeeded);
        }
        Ok(Self { viewer: session.viewer, form_token: session.form_token, info, site })
    }

    /// The bones of a page.
    pub fn page(&self, section: Section, title: &str) -> Page {
        Page::new(&self.site, &self.info, section, title)
    }

    /// Goes on only with at least that role.
    pub fn require(&self, role: Role) -> Result<(), Failure> {
        if self.viewer.role() >= role { Ok(()) } else { Err(Failure::Forbidden) }
    }

    /// The edition that an address names; a held one is for those who decide about it.
    pub fn edition(&self, named: &str, version: Option<i64>) -> Result<Edition, Failure> {
        if named != "held" {
            return Ok(version.map_or(Edition::Answering, |v| Edition::Kept(VersionId(v))));
        }
        self.require(Role::Editor)?;
        Ok(Edition::Held)
    }

    /// Refuses a state change whose token is not the session's.
    pub fn check_token(&self, sent: &str) -> Result<(), Failure> {
        check_token(&self.form_token, sent)
    }
}

/// Compares without telling by time how much matched.
fn check_token(expected: &str, sent: &str) -> Result<(), Failure> {
    let differs = expected.bytes().zip(sent.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b));
    if !expected.is_empty() && expected.len() == sent.len() && differs == 0 { Ok(()) } else { Err(Failure::FormExpired) }
}

impl FromRequest for Visitor {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        async move { Self::of(&req).await }.boxed_local()
    }
}

impl FromRequest for SignedIn {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        async move { Self::of(&req).await }.boxed_local()
    }
}

impl FromRequest for Posted {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let fields = Fields::from_request(req, payload);
        let req = req.clone();
        async move {
            let by = SignedIn::of(&req).await?;
            let fields = fields.await?;
            by.check_token(fields.get("form_token"))?;
            Ok(Self { by, fields })
        }
        .boxed_local()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_passes() {
        assert!(check_token("abcd", "abcd").is_ok());
        for wrong in ["", "abc", "abcde", "abce"] {
            assert!(check_token("abcd", wrong).is_err(), "{wrong}");
        }
        assert!(check_token("", "").is_err(), "a session without a token protects nothing");
    }
}
