//! `GET /admin/assets/<name>`: the style sheet and htmx. Their names contain their digest, so browsers keep them.

use std::sync::LazyLock;

use aviary_auth::digest;
use aviary_web::PathText;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};

use crate::refusal::Refusal;

/// A file of the pages.
#[derive(Debug)]
pub(crate) struct Asset {
    stem: &'static str,
    ending: &'static str,
    content_type: &'static str,
    content: &'static str,
}

pub(crate) static STYLE: LazyLock<Named> = LazyLock::new(|| {
    Named::of(Asset {
        stem: "admin",
        ending: "css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../assets/admin.css"),
    })
});
/// htmx 4.0.1, under the Zero-Clause BSD licence beside it.
pub(crate) static SCRIPT: LazyLock<Named> = LazyLock::new(|| {
    Named::of(Asset {
        stem: "htmx",
        ending: "js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../assets/htmx.min.js"),
    })
});

/// A file and the name under which it is served.
#[derive(Debug)]
pub(crate) struct Named {
    name: String,
    asset: Asset,
}

impl Named {
    fn of(asset: Asset) -> Self {
        let digest: String = digest(asset.content).chars().take(12).collect();
        Self { name: format!("{}-{digest}.{}", asset.stem, asset.ending), asset }
    }

    /// Where it is served.
    pub(crate) fn path(&self) -> String {
        format!("/admin/assets/{}", self.name)
    }
}

/// The style sheet and the script of the administration's pages.
#[utoipa::path(get, path = "/admin/assets/{name}", tag = "administration",
    params(("name" = String, Path, description = "The file's name, which contains its digest")),
    responses((status = 200, description = "The file"), (status = 404, description =
        "Another version, or no such file")))]
pub(crate) async fn asset(PathText(name): PathText) -> Result<Response, Refusal> {
    let found = [&*STYLE, &*SCRIPT].into_iter().find(|one| one.name == name).ok_or_else(Refusal::not_found)?;
    let headers = [(CONTENT_TYPE, found.asset.content_type), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, found.asset.content).into_response())
}
