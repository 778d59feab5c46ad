//! The fields of a submitted form, repeated ones included.

use crate::failure::Failure;
use crate::security;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

/// Fields in the order they came, from a page of this very site.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a field; empty when it is missing.
    pub fn get<'a>(&'a self, name: &'a str) -> &'a str {
        self.all(name).next().unwrap_or_default()
    }

    /// All values of a field.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

impl FromRequest for Fields {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let own = security::comes_from_here(req);
        let form = web::Form::<Vec<(String, String)>>::from_request(req, payload);
        async move {
            if !own {
                return Err(Failure::FormExpired);
            }
            let form = form.await.map_err(|error| match error.as_response_error().status_code().as_u16() {
                413 => Failure::TooLarge,
                _ => Failure::BadRequest,
            })?;
            Ok(Self(form.into_inner()))
        }
        .boxed_local()
    }
}
