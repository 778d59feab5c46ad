//! An answer that was kept, under its own address.

use super::ask::ask_page;
use crate::again_view::AgainView;
use crate::answer_view;
use crate::failure::Failure;
use crate::follow_view;
use crate::page::html;
use crate::signed_in::SignedIn;
use actix_web::{HttpResponse, web};
use appliance_core::id::AnswerId;

/// `GET /answers/{id}`
pub async fn page(by: SignedIn, id: web::Path<i64>) -> Result<HttpResponse, Failure> {
    let kept = by.site.desk.archive.answer(&by.viewer, AnswerId(*id)).await?.ok_or(Failure::NotFound)?;
    let page = ask_page(&by, &kept.question, &kept.limits).await?.with_day(kept.answer.as_of);
    let answer = answer_view::answer(page.page(), kept.id, &kept.answer).with_again(AgainView::of_kept(&kept)).with_contacts(&by).await?;
    let evidence = answer_view::evidence(page.page(), &kept.answer);
    let asked = page.page().date_time(kept.asked);
    let follow = follow_view::of_kept(page.page(), &kept);
    html(&page.with_answer(asked, answer, evidence).with_follow(follow))
}
